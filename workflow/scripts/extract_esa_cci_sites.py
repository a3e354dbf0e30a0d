"""Take the pixels around towers out of a global map of plant functional types."""

from carbonscape.archives.esa_cci_sites import write_pft_sites
from carbonscape.archives.site_list import read_site_list
from carbonscape.core.jobs import job

with job(snakemake.log, "extract_esa_cci_sites"):
    write_pft_sites(
        snakemake.input.grid,
        snakemake.output[0],
        sites=read_site_list(snakemake.input.sites),
    )
