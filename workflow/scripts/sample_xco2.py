"""Join the cells and months with soundings of XCO2 with their windows of predictors."""

from pathlib import Path

from carbonscape.columns.features.sample_windows import write_samples
from carbonscape.columns.features.sampling import COUNTS, draw_samples
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table

with job(snakemake.log, "sample_xco2"):
    params = snakemake.params
    drawn, counts = draw_samples(
        tiles=list(snakemake.input.tiles),
        soundings={Path(path).stem: path for path in snakemake.input.soundings},
        instruments=params.instruments,
        grid=Grid(params.cell),
        steps=params.steps,
        window=params.window,
        min_count=params.min_count,
        max_samples=params.max_samples,
        seed=params.seed,
        temporal_blocks=params.temporal_blocks,
    )
    write_samples(drawn, snakemake.output.samples)
    write_table(counts, snakemake.output.counts, COUNTS)
