"""Compare single soundings with spectra of TCCON, with priors and averaging kernels and without."""

from carbonscape.archives.tccon import read_tccon
from carbonscape.columns.evaluation.coincidences import Window, find_overpasses, used_granules
from carbonscape.columns.evaluation.kernel_scores import (
    XCO2_KERNEL_SCORES,
    XCO2_KERNEL_SITES,
    XCO2_OVERPASSES,
    overpass_sites,
    score_overpasses,
)
from carbonscape.columns.quality.tccon import choose_spectra
from carbonscape.columns.tables import OCO_GRANULES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.sources.listing import expand_listings
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_xco2_kernels", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    granules = {
        name: used_granules(expand_listings(files[name]), read_table(table, OCO_GRANULES))
        for name, table in zip(params.instruments, files.tables, strict=True)
    }
    given = expand_listings(files.tccon)
    overpasses = find_overpasses(
        granules,
        choose_spectra([read_tccon(path, scale=params.scale) for path in given]),
        window=Window(**params.window),
        months=params.months,
        scale=params.scale,
    )
    scores = score_overpasses(overpasses, seed=child_seed(params.seed, "bootstrap"))
    write_table(overpasses, snakemake.output.overpasses, XCO2_OVERPASSES)
    write_table(scores, snakemake.output.scores, XCO2_KERNEL_SCORES)
    write_table(overpass_sites(overpasses), snakemake.output.sites, XCO2_KERNEL_SITES)
