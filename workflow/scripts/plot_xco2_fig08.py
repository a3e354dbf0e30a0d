"""Draw Fig. 8: monthly series of TCCON, OCO and the product at every site."""

from carbonscape.evaluation.xco2_tables import XCO2_FIG08
from carbonscape.figures.style import save
from carbonscape.figures.xco2_tccon import draw_fig08
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_xco2_fig08"):
    figure = draw_fig08(
        read_table(snakemake.input.data, XCO2_FIG08),
        shown=snakemake.params.shown,
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
