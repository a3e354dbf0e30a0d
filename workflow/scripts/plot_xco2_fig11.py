"""Draw Fig. 11: maps of the mean of all years and the trend."""

from carbonscape.evaluation.maps import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.figures.xco2_maps import draw_fig11
from carbonscape.jobs import job

with (
    job(snakemake.log, "plot_xco2_fig11"),
    open_grid(snakemake.input.trend, "mean7", "trend") as trend,
):
    figure = draw_fig11(
        trend,
        land=land_rings(snakemake.input.land),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
