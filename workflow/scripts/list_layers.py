"""List the layers of the network of a product, from the configuration and the registry."""

import importlib

from carbonscape.core.jobs import job
from carbonscape.evaluation.network_layers import write_layers
from carbonscape.models.layer_lists import layers_of

with job(snakemake.log, snakemake.rule):
    params = snakemake.params
    shape = importlib.import_module(params.network).network_shape(params.section, params.figures)
    layers = layers_of(params.model, shape, params.options) if params.model else []
    write_layers(snakemake.output[0], params.model, layers)
