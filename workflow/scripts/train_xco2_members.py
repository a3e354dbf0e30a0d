"""Train networks that differ in their seed on every sample, for the spread of a map of XCO2."""

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.training.members import member_training
from carbonscape.core.jobs import job
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.final_training import prepare_training
from carbonscape.training.recorded import train_recorded

with job(snakemake.log, "train_xco2_members"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    samples = load_samples(files.samples)
    training = prepare_training(
        samples.block(),
        variables=samples.variables,
        window=f"{samples.series.shape[1]} months",
        device=choose_device(params.device, names["model"]),
        product=get_product("xco2"),
        **member_training(params.options, members=params.members, seed=params.seed),
        **names,
    )
    config = {**names, "options": params.options, "members": params.members}
    train_recorded(
        training,
        model=snakemake.output.model,
        run=snakemake.output.run,
        config=config,
        seed=params.seed,
        data=[files.samples],
        files=[*files],
        scratch=params.scratch,
        workers=snakemake.threads,
    )
