"""Compare the maps of XCO2 with CAMS-EGG4 over every land cell."""

from carbonscape.columns.evaluation.reanalysis import XCO2_EGG4_SCORES, compare_reanalysis
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_reanalysis"):
    files, params = snakemake.input, snakemake.params
    scores, differences = compare_reanalysis(
        get_product(params.product).name,
        products=files_by_map(files.products),
        oco=list(files.oco),
        egg4=list(files.egg4),
        months=params.months,
        continents_path=files.continents,
        shown=params.shown,
    )
    write_table(scores, snakemake.output.scores, XCO2_EGG4_SCORES)
    write_grid(differences, snakemake.output.map)
