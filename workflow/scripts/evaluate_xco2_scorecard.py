"""Put what the XCO2 paper reports beside what this run finds."""

import pandas as pd

from carbonscape.columns.evaluation.scorecard import XCO2_FINDERS, XCO2Results
from carbonscape.columns.evaluation.tables import (
    XCO2_TCCON_SCORES,
    XCO2_TCCON_SITES,
    XCO2_TOTALS,
)
from carbonscape.columns.tables import XCO2_SCORES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import REPORTED, SCORECARD, build_scorecard
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_scorecard"):
    files, product = snakemake.input, get_product(snakemake.params.product)
    run = XCO2Results(
        scores=read_table(files.scores, XCO2_SCORES),
        shown=snakemake.params.shown,
        tccon=read_table(files.tccon, XCO2_TCCON_SCORES),
        sites=read_table(files.site_scores, XCO2_TCCON_SITES),
        totals=read_table(files.totals, XCO2_TOTALS),
        annual=pd.read_csv(files.table4_annual),
    )
    reported = read_table(files.reported, REPORTED)
    scorecard = build_scorecard(reported, run, XCO2_FINDERS, product)
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
