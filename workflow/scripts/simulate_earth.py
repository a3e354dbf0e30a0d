"""Simulate the Earth: the truth of every land cell and of every tower."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import Earth, EarthSettings, simulate_grid, write_truth
from carbonscape.simulate.sites import simulate_sites

with job(snakemake.log, "simulate_earth"):
    settings = EarthSettings.of(snakemake.params.simulation)
    earth = Earth(settings, Path(snakemake.input.geography[0]).parent)
    write_truth(simulate_sites(earth), snakemake.output.sites)
    write_truth(simulate_grid(earth), snakemake.output.grid)
