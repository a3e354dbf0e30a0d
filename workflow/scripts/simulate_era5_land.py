"""Write the weather of the simulated Earth as the Climate Data Store delivers ERA5-Land."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import Earth, EarthSettings
from carbonscape.simulate.era5_land import write_era5_land
from carbonscape.simulate.parts import EarthParts

with job(snakemake.log, "simulate_era5_land"):
    options = snakemake.params.simulation
    settings = EarthSettings(
        cell=options["cell"],
        first_year=options["first_year"],
        last_year=options["last_year"] + 1,  # whose first midnight holds the last day's totals
        sites=options["sites"],
        seed=options["seed"],
        parts=EarthParts(**options["parts"]),
    )
    write_era5_land(
        Path(snakemake.output[0]).parent,
        earth=Earth(settings, Path(snakemake.input.geography[0]).parent),
        first_year=options["first_year"],
        last_year=options["last_year"],
        spacing=min(options["cell"], 5.0),
        seed=options["seed"],
    )
