"""Draw Fig. 7: the product against TCCON, site by site."""

from carbonscape.columns.evaluation.tables import XCO2_TCCON_SITES
from carbonscape.columns.figures.tccon import draw_fig07
from carbonscape.columns.tables import TCCON_PAIRS
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig07"):
    figure = draw_fig07(
        read_table(snakemake.input.pairs, TCCON_PAIRS),
        read_table(snakemake.input.site_scores, XCO2_TCCON_SITES),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
