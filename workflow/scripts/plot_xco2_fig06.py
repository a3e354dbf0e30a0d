"""Draw Fig. 6: OCO and the product against TCCON, by site and pooled."""

from carbonscape.columns.evaluation.tables import XCO2_FIG06, XCO2_FIG06_SCORES, XCO2_TCCON_SITES
from carbonscape.columns.figures.tccon import draw_fig06
from carbonscape.columns.tables import TCCON_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig06"):
    figure = draw_fig06(
        read_table(snakemake.input.site_scores, XCO2_TCCON_SITES),
        read_table(snakemake.input.sites, TCCON_SITES),
        read_table(snakemake.input.density, XCO2_FIG06),
        read_table(snakemake.input.scores, XCO2_FIG06_SCORES),
        land=land_rings(snakemake.input.land),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
