"""Score every cross-validation: pooled, by climate, class, month and site."""

from pathlib import Path

import pandas as pd

from carbonscape.artefacts import PREDICTIONS, SCORES, SITE_SCORES, TOWER_SITES
from carbonscape.evaluation.crossval import (
    TABLE_CLIMATES,
    TABLE_S1,
    score_predictions,
    table_s1,
    table_s2,
    table_s3,
)
from carbonscape.jobs import job
from carbonscape.tables import read_table, write_table
from carbonscape.training.names import parse_experiment

with job(snakemake.log, "score_gpp"):
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    parts = [
        score_predictions(
            read_table(path, PREDICTIONS),
            sites,
            min_years=snakemake.params.min_years,
            **parse_experiment(path),
        )
        for path in map(Path, snakemake.input.predictions)
    ]
    scores = pd.concat([pooled for pooled, _ in parts])
    write_table(scores, snakemake.output.scores, SCORES)
    write_table(pd.concat([s for _, s in parts]), snakemake.output.site_scores, SITE_SCORES)
    cells = snakemake.params.crossval
    write_table(table_s1(scores, **cells), snakemake.output.table_s1, TABLE_S1)
    cells = {key: cells[key] for key in ("models", "pfts")}
    write_table(table_s2(scores, **cells), snakemake.output.table_s2, TABLE_CLIMATES)
    write_table(table_s3(scores, **cells), snakemake.output.table_s3, TABLE_CLIMATES)
