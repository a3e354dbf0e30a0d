"""Put what the XCO2 paper and references report beside what this run finds."""

import pandas as pd

from carbonscape.columns.evaluation.hotspots import hotspot_totals
from carbonscape.columns.evaluation.instrument_step import XCO2_STEP
from carbonscape.columns.evaluation.kernel_scores import XCO2_KERNEL_SCORES
from carbonscape.columns.evaluation.maps import read_annual_table
from carbonscape.columns.evaluation.places import XCO2_HOTSPOTS, XCO2_REGIONS
from carbonscape.columns.evaluation.reference_claims import REFERENCE_FINDERS, ReferenceResults
from carbonscape.columns.evaluation.regions import region_totals
from carbonscape.columns.evaluation.scorecard import XCO2Results, xco2_scorecard
from carbonscape.columns.evaluation.table5 import XCO2_TABLE5
from carbonscape.columns.evaluation.tables import (
    XCO2_TCCON_SCORES,
    XCO2_TCCON_SITES,
    XCO2_TOTALS,
)
from carbonscape.columns.evaluation.verdicts import SiteDraws
from carbonscape.columns.tables import TCCON_PAIRS, XCO2_SCORES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import REPORTED, SCORECARD, build_scorecard
from carbonscape.products.registry import get_product
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_xco2_scorecard"):
    files, params = snakemake.input, snakemake.params
    draws = SiteDraws(
        read_table(files.pairs, TCCON_PAIRS), seed=child_seed(params.seed, "bootstrap")
    )
    totals = [
        read_table(files.totals, XCO2_TOTALS),
        hotspot_totals(read_table(files.hotspots, XCO2_HOTSPOTS)),
        region_totals(read_table(files.regions, XCO2_REGIONS)),
    ]
    run = XCO2Results(
        scores=read_table(files.scores, XCO2_SCORES),
        shown=params.shown,
        tccon=read_table(files.tccon, XCO2_TCCON_SCORES),
        sites=read_table(files.site_scores, XCO2_TCCON_SITES),
        # What the paper says of the globe and of all years is not put to a map of a part of them.
        totals=None if params.partial else pd.concat(totals, ignore_index=True),
        annual=None if params.partial else read_annual_table(files.table4_annual),
        draws=draws,
    )
    reported, beside = (read_table(path, REPORTED) for path in files.reported)
    references = ReferenceResults(
        shown=params.shown,
        table5=read_table(files.table5, XCO2_TABLE5),
        kernels=read_table(files.kernels, XCO2_KERNEL_SCORES),
        step=read_table(files.step, XCO2_STEP),
        draws=draws,
        reported=dict(zip(beside["id"], beside["reported"], strict=True)),
    )
    product, simulated = get_product(params.product), params.simulated
    own = xco2_scorecard(reported, run, product, simulated=simulated)
    other = build_scorecard(beside, references, REFERENCE_FINDERS, product, simulated=simulated)
    scorecard = pd.concat([own, other], ignore_index=True)
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
