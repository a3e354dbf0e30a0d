"""Put ESA-CCI fractions and IGBP classes of a year on the grid and at the towers."""

from carbonscape.artefacts import TOWER_SITES
from carbonscape.features.grid import Grid
from carbonscape.features.grid_files import write_land_cover
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "encode_land_cover"):
    files = snakemake.input
    write_land_cover(
        year=int(snakemake.wildcards.year),
        esa_cci=files.esa_cci,
        esa_cci_sites=files.esa_cci_sites,
        igbp=files.igbp,
        igbp_sites=files.igbp_sites,
        grid=Grid(snakemake.params.cell),
        sites=read_table(files.sites, TOWER_SITES),
        grid_path=snakemake.output.grid,
        sites_path=snakemake.output.sites,
    )
