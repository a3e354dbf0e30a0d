"""Draw Fig. 8: correlation of monthly GPP with sun-induced fluorescence."""

from carbonscape.evaluation.maps import open_grid
from carbonscape.evaluation.sif import SIF_CLIMATES
from carbonscape.figures.gpp_sif import draw_fig08
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_gpp_fig08"), open_grid(snakemake.input.maps, "r") as maps:
    figure = draw_fig08(
        maps,
        read_table(snakemake.input.climates, SIF_CLIMATES),
        land=land_rings(snakemake.input.land),
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
