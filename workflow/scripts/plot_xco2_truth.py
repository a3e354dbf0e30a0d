"""Draw the maps of XCO2 beside the true ones (simulated Earth only)."""

from carbonscape.columns.evaluation.tables import MAP_VARIABLES, XCO2_TRUTH_GAP, XCO2_TRUTH_SCORES
from carbonscape.columns.figures.truth import draw_truth
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_truth"), open_grid(snakemake.input.map, *MAP_VARIABLES) as maps:
    figure = draw_truth(
        maps,
        read_table(snakemake.input.scores, XCO2_TRUTH_SCORES),
        read_table(snakemake.input.gap, XCO2_TRUTH_GAP),
        land=land_rings(snakemake.input.land),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
