"""Draw the true map, the map of a product and their difference."""

from carbonscape.evaluation.maps import open_grid
from carbonscape.figures.gpp_truth import draw_truth_map
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.jobs import job

with job(snakemake.log, "plot_gpp_truth_map"), open_grid(snakemake.input.data, "truth") as maps:
    figure = draw_truth_map(
        maps, product=snakemake.params.product, land=land_rings(snakemake.input.land)
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
