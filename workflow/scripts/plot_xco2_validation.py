"""Draw the scores of XCO2 under every scheme, beside the baselines and the trend."""

from carbonscape.evaluation.xco2_tables import XCO2_VALIDATION
from carbonscape.figures.style import save
from carbonscape.figures.xco2_validation import draw_validation
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "plot_xco2_validation"):
    figure = draw_validation(
        read_table(snakemake.input.data, XCO2_VALIDATION), simulated=snakemake.params.simulated
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
