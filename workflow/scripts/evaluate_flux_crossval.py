"""The numbers behind the figures of the cross-validation."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.evaluation.crossval_figures import (
    SCATTER,
    SEASONAL_CYCLES,
    SITE_DISTRIBUTION,
    figure_fig04,
    figure_fig05,
    figure_fig06,
    figure_monthly_scores,
    figure_quantities,
    figure_scatter,
    figure_seasonal_cycle,
    figure_site_scores,
)
from carbonscape.fluxes.settings import parse_experiment
from carbonscape.fluxes.tables import PREDICTIONS, SCORES, SITE_SCORES

with job(snakemake.log, "evaluate_flux_crossval"):
    shown, min_years = snakemake.params.shown, snakemake.params.min_years
    window, pft = shown["window"], shown["pft"]
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    scores = read_table(snakemake.input.scores, SCORES)
    site_scores = read_table(snakemake.input.site_scores, SITE_SCORES)
    names = {path: parse_experiment(path) for path in snakemake.input.predictions}
    shown_predictions = {
        name["model"]: read_table(path, PREDICTIONS)
        for path, name in names.items()
        if {key: name[key] for key in shown} == shown
    }
    output = snakemake.output
    for path, table, schema in (
        (output.fig04, figure_fig04(scores), SCORE_SUMMARY),
        (output.fig05, figure_fig05(scores, window=window), SCORE_SUMMARY),
        (output.fig06, figure_fig06(scores, window=window), SCORE_SUMMARY),
        (
            output.monthly_scores,
            figure_monthly_scores(scores, window=window, pft=pft),
            SCORE_SUMMARY,
        ),
        (output.quantities, figure_quantities(scores, window=window), SCORE_SUMMARY),
        (output.scatter, figure_scatter(shown_predictions, **shown), SCATTER),
        (
            output.seasonal_cycle,
            figure_seasonal_cycle(shown_predictions, sites, min_years=min_years, **shown),
            SEASONAL_CYCLES,
        ),
        (
            output.site_scores,
            figure_site_scores(
                site_scores, sites, min_samples=snakemake.params.site_min_months, **shown
            ),
            SITE_DISTRIBUTION,
        ),
    ):
        write_table(table, path, schema)
