"""carbonscape: from sparse carbon-cycle observations to global maps."""

from snakemake.utils import min_version

# For `quiet: reason` in the default profile; only the pinned version is tested.
min_version("9.14")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/simulate.smk"


if "fluxes" in WINGS:

    include: "workflow/rules/fluxes/common.smk"
    include: "workflow/rules/fluxes/simulate.smk"
    include: "workflow/rules/fluxes/quality.smk"
    include: "workflow/rules/fluxes/features.smk"
    include: "workflow/rules/fluxes/crossval.smk"
    include: "workflow/rules/fluxes/predict.smk"
    include: "workflow/rules/fluxes/evaluate.smk"
    include: "workflow/rules/fluxes/maps.smk"
    include: "workflow/rules/fluxes/variability.smk"
    include: "workflow/rules/fluxes/applicability.smk"


if "columns" in WINGS:

    include: "workflow/rules/columns/common.smk"
    include: "workflow/rules/columns/simulate.smk"
    include: "workflow/rules/columns/quality.smk"
    include: "workflow/rules/columns/features.smk"
    include: "workflow/rules/columns/crossval.smk"
    include: "workflow/rules/columns/predict.smk"
    include: "workflow/rules/columns/evaluate.smk"


include: "workflow/rules/raw.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/handlers.smk"
include: "workflow/rules/targets.smk"


rule all:
    """Everything that the configuration asks for: reports, maps, scores, figures, checks."""
    default_target: True
    input:
        whole([path for product in MADE for path in TAKEN[product]]),
    message:
        "All that the configuration asks for is there"
