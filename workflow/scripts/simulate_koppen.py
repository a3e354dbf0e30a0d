"""Write the Koppen-Geiger classes of the simulated Earth as a GeoTIFF."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.koppen import write_koppen

with job(snakemake.log, "simulate_koppen"):
    # The climates are those of the real maps: no weather is simulated for them.
    write_koppen(snakemake.output[0], earth=Geography(Path(snakemake.input.geography[0]).parent))
