"""Score every cross-validation: pooled, by climate, class, month and site."""

import pandas as pd

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.io import write_text
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation import crossval_tables as tables
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.error_parts import ERROR_PARTS, ERROR_SITES, error_parts
from carbonscape.fluxes.evaluation.headline import headline
from carbonscape.fluxes.evaluation.spread import SPREAD, cover_of_spread, summarise_spread
from carbonscape.fluxes.settings import parse_experiment
from carbonscape.fluxes.tables import PREDICTIONS, SCORES, SITE_SCORES
from carbonscape.products.registry import get_product

with job(snakemake.log, "score_flux"):
    output = snakemake.output
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    parts, spreads, errors = [], [], []
    for path in snakemake.input.predictions:
        name, predictions = parse_experiment(path), read_table(path, PREDICTIONS)
        parts.append(
            score_predictions(predictions, sites, min_years=snakemake.params.min_years, **name)
        )
        errors.append(error_parts(predictions, sites, **name))
        if cover := cover_of_spread(predictions, origin=path):
            spreads.append(name | cover)
    scores = pd.concat([pooled for pooled, _ in parts])
    site_scores = pd.concat([of_sites for _, of_sites in parts])
    write_table(scores, output.scores, SCORES)
    write_table(site_scores, output.site_scores, SITE_SCORES)
    write_table(tables.table_s1(scores), output.table_s1, tables.TABLE_S1)
    write_table(tables.table_s2(scores), output.table_s2, tables.TABLE_CLIMATES)
    write_table(tables.table_s3(scores), output.table_s3, tables.TABLE_CLIMATES)
    summary = tables.summarise_sites(site_scores, min_samples=snakemake.params.site_min_months)
    write_table(summary, output.site_summary, tables.SITE_SUMMARY)
    write_table(summarise_spread(spreads), output.spread, SPREAD)
    write_table(pd.concat([of_groups for of_groups, _ in errors]), output.error_parts, ERROR_PARTS)
    write_table(pd.concat([of_sites for _, of_sites in errors]), output.error_sites, ERROR_SITES)
    product = get_product(snakemake.wildcards.product)
    first = headline(
        scores,
        label=product.label,
        unit=product.unit,
        reported=bool(product.reported),
        **snakemake.params.shown,
    )
    write_text(output.headline, first)
