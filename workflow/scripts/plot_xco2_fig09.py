"""Draw Fig. 9: maps of the annual means of the product."""

from carbonscape.columns.figures.maps import draw_annual
from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with (
    job(snakemake.log, "plot_xco2_fig09"),
    open_grid(snakemake.input.annual, "product", "oco") as annual,
):
    figure = draw_annual(
        annual,
        source="product",
        land=land_rings(snakemake.input.land),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
