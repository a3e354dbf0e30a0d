"""carbonscape: from sparse carbon-cycle observations to global maps."""

import atexit

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/raw.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/crossval.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/figures.smk"


if "xco2" in MADE:

    include: "workflow/rules/xco2_common.smk"
    include: "workflow/rules/xco2_simulate.smk"
    include: "workflow/rules/xco2_quality.smk"
    include: "workflow/rules/xco2_features.smk"
    include: "workflow/rules/xco2_crossval.smk"
    include: "workflow/rules/xco2_predict.smk"
    include: "workflow/rules/xco2_evaluate.smk"
    include: "workflow/rules/xco2_figures.smk"
    include: "workflow/rules/xco2_report.smk"


include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        REPORTS,
        ALL_CHECKS,


onsuccess:
    # After Snakemake's own last words, so that the path is the last line on the screen.
    atexit.register(print, REPORTS[0])
