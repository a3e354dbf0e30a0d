"""Put ESA-CCI fractions and IGBP classes of a year on the grid and at the towers."""

from carbonscape.archives.site_list import read_site_list
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.fluxes.features.cover_files import write_land_cover

with job(snakemake.log, "encode_land_cover", findings=snakemake.output.findings):
    files = snakemake.input
    write_land_cover(
        year=int(snakemake.wildcards.year),
        esa_cci=files.esa_cci,
        esa_cci_sites=files.esa_cci_sites,
        igbp=files.igbp,
        igbp_sites=files.igbp_sites,
        grid=Grid(snakemake.params.cell),
        sites=read_site_list(files.sites),
        grid_path=snakemake.output.grid,
        sites_path=snakemake.output.sites,
        accept_incomplete=snakemake.params.accept_incomplete,
    )
