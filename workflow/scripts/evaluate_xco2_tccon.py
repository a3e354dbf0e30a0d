"""Compare every product, OCO and CAMS-EGG4 with TCCON: the numbers behind Fig. 6, 7 and 8."""

from carbonscape.columns.evaluation.effective_sample import XCO2_TCCON_EFFECTIVE, effective_table
from carbonscape.columns.evaluation.table5 import XCO2_TABLE5, read_reconstructions, table5
from carbonscape.columns.evaluation.tccon import colocate, pair_table, read_sampled
from carbonscape.columns.evaluation.tccon_scores import (
    XCO2_FIG06,
    XCO2_FIG06_SCORES,
    XCO2_FIG08,
    XCO2_TCCON_SCORES,
    XCO2_TCCON_SITES,
    figure_fig06,
    figure_fig08,
    score_pairs,
    score_sites,
)
from carbonscape.columns.tables import TCCON_MONTHS, TCCON_PAIRS, TCCON_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.grids import files_by_map
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_tccon", findings=snakemake.output.findings):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    data = colocate(
        get_product(params.product),
        read_table(files.months, TCCON_MONTHS),
        read_table(files.sites, TCCON_SITES),
        products=files_by_map(files.products),
        oco=list(files.oco),
        egg4=list(files.egg4),
        sampled=read_sampled(files.samples),
        months=params.months,
        cell=params.cell,
        max_distance=params.max_distance,
        shown=params.shown,
    )
    pairs = pair_table(data)
    fig06, fig06_scores = figure_fig06(pairs, shown=params.shown)
    write_table(pairs, output.pairs, TCCON_PAIRS)
    scores = score_pairs(pairs)
    published = read_reconstructions(files.reconstructions)
    write_table(scores, output.scores, XCO2_TCCON_SCORES)
    write_table(table5(published, scores, cell=params.cell), output.table5, XCO2_TABLE5)
    write_table(effective_table(pairs), output.effective, XCO2_TCCON_EFFECTIVE)
    write_table(score_sites(pairs), output.site_scores, XCO2_TCCON_SITES)
    write_table(fig06, output.fig06_density, XCO2_FIG06)
    write_table(fig06_scores, output.fig06_scores, XCO2_FIG06_SCORES)
    write_table(figure_fig08(data, shown=params.shown), output.fig08, XCO2_FIG08)
