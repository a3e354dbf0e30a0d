"""Read every monthly tower file, and the list of its sites."""

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.archives.tables import TOWER_ARCHIVE, TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.quality.towers import require_sites

with job(snakemake.log, "read_towers", findings=snakemake.output.findings):
    archive = read_towers(snakemake.input.files)
    sites = read_site_list(snakemake.input.sites)
    found = archive["site"].unique()
    # Only the monthly step has a table of predictors.
    table = snakemake.input.predictors
    require_sites(
        found,
        site_list=sites,
        site_list_path=snakemake.input.sites,
        predictors=read_predictors(table) if table else None,
        predictors_path=str(table),
    )
    write_table(archive, snakemake.output.archive, TOWER_ARCHIVE)
    write_table(sites[sites["site"].isin(found)], snakemake.output.sites, TOWER_SITES)
