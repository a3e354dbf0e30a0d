"""Draw Fig. 5: predicted against observed XCO2 by season."""

from carbonscape.columns.evaluation.tables import XCO2_FIG05, XCO2_FIG05_SCORES
from carbonscape.columns.figures.scatter import draw_fig05
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig05"):
    figure = draw_fig05(
        read_table(snakemake.input.data, XCO2_FIG05),
        read_table(snakemake.input.scores, XCO2_FIG05_SCORES),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
