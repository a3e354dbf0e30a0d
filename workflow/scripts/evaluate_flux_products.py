"""Compare the finished maps with the towers, as published and out of fold."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.product_differences import PRODUCT_DIFFERENCES
from carbonscape.fluxes.evaluation.products import PRODUCT_SCORES, compare_products
from carbonscape.fluxes.settings import parse_experiment
from carbonscape.fluxes.tables import PREDICTIONS, SAMPLES
from carbonscape.products.map_name import MapName
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_products", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    names = {path: parse_experiment(path) for path in files.predictions}
    found = compare_products(
        params.product,
        files_by_map(files.products),
        {
            MapName(name["model"], name["pft"]).name: read_table(path, PREDICTIONS)
            for path, name in names.items()
        },
        read_table(files.samples, SAMPLES),
        read_table(files.sites, TOWER_SITES),
        draws=params.draws,
        seed=child_seed(params.seed, "bootstrap"),
        others=files_by_map(files.others),
        asked=params.others,
    )
    write_table(found.scores, snakemake.output.scores, PRODUCT_SCORES)
    write_table(found.differences, snakemake.output.differences, PRODUCT_DIFFERENCES)
