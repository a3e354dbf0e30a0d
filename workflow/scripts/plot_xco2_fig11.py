"""Draw Fig. 11: maps of the mean of all years and the trend."""

from carbonscape.columns.figures.maps import draw_fig11
from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

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
