"""carbonscape: from sparse carbon-cycle observations to global maps."""

from snakemake.utils import min_version

# For `quiet: reason` in the default profile; only the pinned version is tested.
min_version("9.14")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/simulate.smk"


if "fluxes" in WINGS:

    include: "workflow/rules/fluxes.smk"


if "columns" in WINGS:

    include: "workflow/rules/columns.smk"


include: "workflow/rules/raw.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/front.smk"
include: "workflow/rules/handlers.smk"
include: "workflow/rules/graph.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/publish.smk"


rule all:
    """Everything that the configuration asks for: reports, maps, scores, figures, checks."""
    default_target: True
    input:
        whole(REPORTS[:1] + [path for product in MADE for path in TAKEN[product]]),
    message:
        "All that the configuration asks for is there"
