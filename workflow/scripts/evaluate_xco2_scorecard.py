"""Put what the XCO2 paper reports beside what this run finds."""

import pandas as pd

from carbonscape.columns.evaluation.scorecard import XCO2Results, build_xco2_scorecard
from carbonscape.columns.evaluation.tables import XCO2_TCCON_SCORES, XCO2_TCCON_SITES, XCO2_TOTALS
from carbonscape.columns.tables import XCO2_SCORES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import SCORECARD
from carbonscape.fluxes.evaluation.scorecard import REPORTED

with job(snakemake.log, "evaluate_xco2_scorecard"):
    files = snakemake.input
    run = XCO2Results(
        scores=read_table(files.scores, XCO2_SCORES),
        shown=snakemake.params.shown,
        tccon=read_table(files.tccon, XCO2_TCCON_SCORES),
        sites=read_table(files.site_scores, XCO2_TCCON_SITES),
        totals=read_table(files.totals, XCO2_TOTALS),
        annual=pd.read_csv(files.table4_annual),
    )
    scorecard = build_xco2_scorecard(read_table(files.reported, REPORTED), run)
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
