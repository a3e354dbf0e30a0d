"""List the layers of the network of a product, from the configuration and the registry."""

import importlib

from carbonscape.core.jobs import job
from carbonscape.evaluation.network_layers import write_layers

with job(snakemake.log, snakemake.rule):
    params = snakemake.params
    write_layers(
        snakemake.output[0],
        params.model,
        importlib.import_module(params.network).network_shape(params.section, params.figures),
        params.options,
    )
