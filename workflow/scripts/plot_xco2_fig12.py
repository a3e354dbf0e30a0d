"""Draw Fig. 12: maps of the annual anomalies."""

from carbonscape.columns.figures.maps import draw_fig12
from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with (
    job(snakemake.log, "plot_xco2_fig12"),
    open_grid(snakemake.input.anomaly, "median") as anomaly,
):
    figure = draw_fig12(
        anomaly,
        land=land_rings(snakemake.input.land),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
