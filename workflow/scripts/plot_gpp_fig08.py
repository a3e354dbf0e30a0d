"""Draw Fig. 8: correlation of monthly GPP with sun-induced fluorescence."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.evaluation.grids import open_grid
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES
from carbonscape.fluxes.figures.sif import draw_fig08

with job(snakemake.log, "plot_gpp_fig08"), open_grid(snakemake.input.maps, "r") as maps:
    figure = draw_fig08(
        maps,
        read_table(snakemake.input.climates, SIF_CLIMATES),
        land=land_rings(snakemake.input.land),
        simulated=snakemake.params.simulated,
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
