"""What jobs ask for, and which are so small that they stay here or share a submission."""

from functools import partial

from carbonscape.core.cluster import cluster_of_run
from carbonscape.core.resources import SMALL, check_device, grid_share, resources_of, wants_gpu
from carbonscape.models.registry import get_model

# What the profile of a cluster read; None where jobs run on this machine.
try:
    CLUSTER = cluster_of_run(os.environ)
    check_device(config["device"], CLUSTER)
except CarbonscapeError as refusal:
    raise WorkflowError(str(refusal))

# Side of a cell in the paper of a wing, in degrees: resources are stated for it.
PAPER_CELLS = {"fluxes": 0.1, "columns": 0.05}
# Whether work on the grids takes seconds: then steps on whole grids stay on the node where
# snakemake runs, and those of years, tiles and settings share submissions (`group`).
SMALL_EARTH = all(
    grid_share(config[name]["grid"]["cell"], PAPER_CELLS[get_product(name).wing]) < SMALL
    for name in MADE
)

if CLUSTER:

    # Members of a group run one after another (the plugin knows no other way): each submission has
    # one turn to give, so that Snakemake adds up their times and takes the largest of the rest.
    resource_scopes:
        turn="local",

    workflow.register_resource("turn", 1)


needs = partial(resources_of, CLUSTER)


def group_of(name):
    """The group of a rule on the grid, or none where every job is worth a start of its own.

    Jobs of years read native files, which are large wherever they are real.
    """
    return name if SMALL_EARTH and (SIMULATED or name != "years") else None


def native(size):
    """Share of the paper's work where native files are read: all of it where they are real."""
    return size if SIMULATED else 1


def on_gpu(wildcards):
    """Whether a job that trains a model asks for an accelerator."""
    return wants_gpu(config["device"], get_model(wildcards.model).kind, CLUSTER)


def is_brief(wildcards):
    """Whether a cross-validation takes a minute: of means, or of a small simulated Earth."""
    return get_model(wildcards.model).role == "baseline" or (SIMULATED and SMALL_EARTH)


def cell_group(wildcards):
    """The group of one cell of the matrix of cross-validations, or none."""
    return "cells" if is_brief(wildcards) and not on_gpu(wildcards) else None
