"""The numbers behind Fig. 14: four regions in one month, by the map and by other products."""

from carbonscape.columns.evaluation.places import XCO2_REGIONS
from carbonscape.columns.evaluation.regions import (
    OWN,
    compare_regions,
    field_of_other,
    field_of_run,
)
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import write_grid
from carbonscape.sources.listing import expand_listings

with job(snakemake.log, "evaluate_xco2_regions", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    fields = {name: field_of_run(files[name], params.month) for name in params.soundings}
    for name in params.others:
        fields[name] = field_of_other(name, expand_listings(files[name]), params.month)
    path = files.get(OWN)
    fields[OWN] = field_of_run(path, params.month) if path else None
    maps, table = compare_regions(fields, month=params.month, absent=params.absent)
    write_grid(maps, snakemake.output.maps)
    write_table(table, snakemake.output.table, XCO2_REGIONS)
