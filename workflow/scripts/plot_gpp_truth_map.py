"""Draw the true map, the map of a product and their difference."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.fluxes.figures.truth import draw_truth_map

with job(snakemake.log, "plot_gpp_truth_map"), open_grid(snakemake.input.data, "truth") as maps:
    figure = draw_truth_map(
        maps, product=snakemake.params.product, land=land_rings(snakemake.input.land)
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
