"""Draw Fig. 8: monthly series of TCCON, OCO and the product at every site."""

from carbonscape.columns.evaluation.tables import XCO2_FIG08
from carbonscape.columns.figures.tccon import draw_fig08
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig08"):
    figure = draw_fig08(
        read_table(snakemake.input.data, XCO2_FIG08),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
