"""Write a simulated tower archive in the formats of the real one."""

from pathlib import Path

from carbonscape.jobs import job
from carbonscape.simulate.towers import simulate_towers

with job(snakemake.log, "simulate_towers"):
    simulate_towers(
        Path(snakemake.output.bundle).parent,
        truth_path=snakemake.output.truth,
        seed=snakemake.params.seed,
        **snakemake.params.simulation,
    )
