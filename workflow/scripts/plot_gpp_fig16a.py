"""Draw Fig. 16a: annual totals of every product."""

from carbonscape.evaluation.maps import ANNUAL_TOTALS
from carbonscape.figures.gpp_maps import draw_fig16a
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_fig16a"):
    figure = draw_fig16a(
        read_table(snakemake.input.data, ANNUAL_TOTALS), simulated=snakemake.params.simulated
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
