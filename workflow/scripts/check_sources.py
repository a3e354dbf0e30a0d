"""Ask every archive of the run whether it has what the registry says."""

from carbonscape.core.errors import DownloadError
from carbonscape.core.jobs import job
from carbonscape.fetch.check import check_sources, text_of

with job(snakemake.log, "check_sources"):
    findings = check_sources(**dict(snakemake.params.items()))
    print(text_of(findings), flush=True)
    if not all(finding.good for finding in findings):
        raise DownloadError("the archives do not all have what is expected: see above.")
