"""Draw Fig. 7: the product against TCCON, site by site."""

from carbonscape.artefacts_xco2 import TCCON_PAIRS
from carbonscape.evaluation.xco2_tables import XCO2_TCCON_SITES
from carbonscape.figures.style import save
from carbonscape.figures.xco2_tccon import draw_fig07
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_xco2_fig07"):
    figure = draw_fig07(
        read_table(snakemake.input.pairs, TCCON_PAIRS),
        read_table(snakemake.input.site_scores, XCO2_TCCON_SITES),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
