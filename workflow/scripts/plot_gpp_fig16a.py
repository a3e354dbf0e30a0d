"""Draw Fig. 16a: annual totals of every product."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.maps import ANNUAL_TOTALS
from carbonscape.fluxes.figures.maps import draw_fig16a

with job(snakemake.log, "plot_gpp_fig16a"):
    figure = draw_fig16a(
        read_table(snakemake.input.data, ANNUAL_TOTALS), simulated=snakemake.params.simulated
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
