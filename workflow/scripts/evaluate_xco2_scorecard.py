"""Put what the XCO2 paper reports beside what this run finds."""

import pandas as pd

from carbonscape.columns.evaluation.hotspots import hotspot_totals
from carbonscape.columns.evaluation.maps import read_annual_table
from carbonscape.columns.evaluation.places import XCO2_HOTSPOTS, XCO2_REGIONS
from carbonscape.columns.evaluation.regions import region_totals
from carbonscape.columns.evaluation.scorecard import XCO2Results, xco2_scorecard
from carbonscape.columns.evaluation.tables import (
    XCO2_TCCON_SCORES,
    XCO2_TCCON_SITES,
    XCO2_TOTALS,
)
from carbonscape.columns.evaluation.verdicts import SiteDraws
from carbonscape.columns.tables import TCCON_PAIRS, XCO2_SCORES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import REPORTED, SCORECARD
from carbonscape.products.registry import get_product
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_xco2_scorecard"):
    files, params = snakemake.input, snakemake.params
    run = XCO2Results(
        scores=read_table(files.scores, XCO2_SCORES),
        shown=params.shown,
        tccon=read_table(files.tccon, XCO2_TCCON_SCORES),
        sites=read_table(files.site_scores, XCO2_TCCON_SITES),
        totals=pd.concat(
            [
                read_table(files.totals, XCO2_TOTALS),
                hotspot_totals(read_table(files.hotspots, XCO2_HOTSPOTS)),
                region_totals(read_table(files.regions, XCO2_REGIONS)),
            ],
            ignore_index=True,
        ),
        annual=read_annual_table(files.table4_annual),
        draws=SiteDraws(
            read_table(files.pairs, TCCON_PAIRS), seed=child_seed(params.seed, "bootstrap")
        ),
    )
    reported = read_table(files.reported, REPORTED)
    product = get_product(params.product)
    scorecard = xco2_scorecard(reported, run, product, simulated=params.simulated)
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
