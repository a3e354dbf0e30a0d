"""Draw Fig. 1: where the towers are and what they sample."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.towers import TOWER_CLASSES, TOWER_MAP
from carbonscape.fluxes.figures.towers import draw_fig01

with job(snakemake.log, "plot_gpp_fig01"):
    figure = draw_fig01(
        read_table(snakemake.input.towers, TOWER_MAP),
        read_table(snakemake.input.classes, TOWER_CLASSES),
        land=land_rings(snakemake.input.land),
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
