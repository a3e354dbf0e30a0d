"""Draw Fig. 2: the good soundings of single days."""

from carbonscape.columns.evaluation.tables import XCO2_FOOTPRINTS
from carbonscape.columns.figures.soundings import draw_fig02
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_fig02"):
    days = snakemake.params.get("days")
    figure = draw_fig02(
        read_table(snakemake.input.data, XCO2_FOOTPRINTS),
        land=land_rings(snakemake.input.land),
        simulated=snakemake.params.simulated,
        days=None if days is None else [str(day) for day in days],
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
