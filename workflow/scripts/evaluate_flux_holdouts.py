"""Score the hold-out schemes beside the random site splits."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.holdouts import (
    HOLDOUT_ROWS,
    HOLDOUT_SCORES,
    compare_holdouts,
    figure_holdouts,
)
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS, SCORES

with job(snakemake.log, "evaluate_flux_holdouts"):
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    found = []
    for path in snakemake.input.predictions:
        scheme, setting = Setting.parse(path)
        # The number of a split means nothing here: a scheme deals the samples once.
        scores, _ = score_predictions(
            read_table(path, PREDICTIONS), sites, split=0, **setting._asdict()
        )
        found.append((scheme, scores))
    table = compare_holdouts(found, read_table(snakemake.input.scores, SCORES))
    write_table(table, snakemake.output.table, HOLDOUT_SCORES)
    shown = {key: snakemake.params.shown[key] for key in ("window", "pft")}
    write_table(figure_holdouts(table, **shown), snakemake.output.rows, HOLDOUT_ROWS)
