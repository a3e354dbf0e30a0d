"""Draw Fig. 6: OCO and the product against TCCON, by site and pooled."""

from carbonscape.artefacts_xco2 import TCCON_SITES
from carbonscape.evaluation.xco2_tables import (
    XCO2_FIG06,
    XCO2_FIG06_SCORES,
    XCO2_TCCON_SITES,
)
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.figures.xco2_tccon import draw_fig06
from carbonscape.jobs import job
from carbonscape.tables import read_table

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
