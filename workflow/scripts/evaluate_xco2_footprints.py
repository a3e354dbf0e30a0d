"""The good soundings of single days: the numbers behind Fig. 2."""

from carbonscape.columns.evaluation.footprints import XCO2_FOOTPRINTS, footprints
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.sources.listing import expand_listings

with job(snakemake.log, "evaluate_xco2_footprints"):
    days = [str(day) for day in snakemake.params.days]
    table = footprints(
        expand_listings(snakemake.input.granules, days=days),
        days=days,
        scale=snakemake.params.get("scale", "x2007"),
    )
    write_table(table, snakemake.output.footprints, XCO2_FOOTPRINTS)
