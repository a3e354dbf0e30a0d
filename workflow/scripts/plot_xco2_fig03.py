"""Draw Fig. 3: the TCCON sites."""

from carbonscape.columns.figures.soundings import draw_fig03
from carbonscape.columns.tables import TCCON_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig03"):
    figure = draw_fig03(
        read_table(snakemake.input.sites, TCCON_SITES),
        land=land_rings(snakemake.input.land),
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
