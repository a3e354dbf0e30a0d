"""Train networks that differ in their seed on every sample, for the spread of a map of XCO2."""

from carbonscape.columns.features.samples import load_samples
from carbonscape.columns.training.members import member_training
from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "train_xco2_members"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    samples = load_samples(files.samples)
    device = choose_device(params.device, names["model"])
    training = prepare_training(
        samples.block(),
        variables=samples.variables,
        window=f"{samples.series.shape[1]} months",
        device=device,
        product=get_product("xco2"),
        **member_training(params.options, members=params.members, seed=params.seed),
        **names,
    )
    config = {**names, "options": params.options, "members": params.members}
    content = {"config": config, "seed": params.seed, "device": device}
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        train_final(training, snakemake.output.model, scratch=scratch, workers=snakemake.threads)
        run = describe_run(
            config=config,
            seed=params.seed,
            inputs=[files.samples],
            device=device,
            outputs=[snakemake.output.model],
        )
        write_json(snakemake.output.run, run)
