"""Read every monthly tower file, and the list of its sites."""

from carbonscape.archives.fluxnet import read_towers, state_unread_sites, state_unused
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.archives.tables import TOWER_ARCHIVE, TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.quality.tower_plausibility import check_towers
from carbonscape.fluxes.quality.towers import require_sites

with job(snakemake.log, "read_towers", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    archive = read_towers(files.files, leave_out=params.leave_out)
    found = archive["site"].unique()
    known = [*found, *params.leave_out]
    if params.folder:
        state_unused(params.folder, known)
    listed = read_site_list(files.sites)
    state_unread_sites(listed["site"], known)
    sites = listed[listed["site"].isin(found)]
    # Only the monthly step has a table of predictors.
    predictors = None
    if files.predictors:
        accepted = params.accept_implausible
        predictors = read_predictors(files.predictors, sites=sites, accept=accepted)
    require_sites(
        found,
        site_list=listed,
        site_list_path=files.sites,
        predictors=predictors,
        predictors_path=str(files.predictors),
    )
    check_towers(archive, sites=sites, predictors=predictors, accept=params.accept_implausible)
    write_table(archive, snakemake.output.archive, TOWER_ARCHIVE)
    write_table(sites, snakemake.output.sites, TOWER_SITES)
