"""Draw the scores of XCO2 under every scheme, beside the baselines and the trend."""

from carbonscape.columns.evaluation.tables import XCO2_VALIDATION
from carbonscape.columns.figures.validation import draw_validation
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.figures.style import save

with job(snakemake.log, "plot_xco2_validation"):
    figure = draw_validation(
        read_table(snakemake.input.data, XCO2_VALIDATION), simulated=snakemake.params.simulated
    )
    save(figure, dpi=snakemake.params.dpi, **snakemake.output)
