"""The numbers behind Fig. 13: XCO2, its anomaly and land cover around six places."""

from carbonscape.columns.evaluation.hotspots import hotspot_maps
from carbonscape.columns.evaluation.places import XCO2_HOTSPOTS
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import write_grid

with job(snakemake.log, "evaluate_xco2_hotspots"):
    files = snakemake.input
    maps, table = hotspot_maps(
        files.annual, files.anomaly, files.get("composites"), **snakemake.params.shown
    )
    write_grid(maps, snakemake.output.maps)
    write_table(table, snakemake.output.table, XCO2_HOTSPOTS)
