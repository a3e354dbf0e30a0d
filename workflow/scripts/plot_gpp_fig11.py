"""Draw Fig. 11: maps of the GPP of one year."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.fluxes.figures.maps import draw_fig11

with job(snakemake.log, "plot_gpp_fig11"), open_grid(snakemake.input.data, "gpp") as maps:
    figure = draw_fig11(
        maps, land=land_rings(snakemake.input.land), simulated=snakemake.params.simulated
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
