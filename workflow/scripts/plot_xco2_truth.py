"""Draw the maps of XCO2 beside the true ones (simulated Earth only)."""

from carbonscape.evaluation.maps import open_grid
from carbonscape.evaluation.xco2_tables import MAP_VARIABLES, XCO2_TRUTH_GAP, XCO2_TRUTH_SCORES
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.figures.xco2_truth import draw_truth
from carbonscape.jobs import job
from carbonscape.tables import read_table

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
