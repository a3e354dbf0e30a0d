"""Train the model behind a product of XCO2 on every sample."""

from pathlib import Path

from carbonscape.features.xco2_samples import load_samples
from carbonscape.io import write_json
from carbonscape.jobs import job
from carbonscape.products import XCO2
from carbonscape.provenance import describe_run
from carbonscape.training.devices import choose_device
from carbonscape.training.final import prepare_training, train_final
from carbonscape.training.scratch import remove_scratch, scratch_key

with job(snakemake.log, "train_xco2"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    samples = load_samples(files.samples)
    device = choose_device(params.device, names["model"])
    training = prepare_training(
        samples.block(),
        options=params.options,
        variables=samples.variables,
        window=f"{samples.series.shape[1]} months",
        calendar=None,
        seed=params.seed,
        device=device,
        product=XCO2,
        **names,
    )
    config = {**names, "options": params.options}
    key = scratch_key({"config": config, "seed": params.seed, "device": device}, [*files])
    scratch = Path(params.scratch) / key
    train_final(training, snakemake.output.model, scratch=scratch, workers=snakemake.threads)
    run = describe_run(config=config, seed=params.seed, inputs=[files.samples], device=device)
    write_json(snakemake.output.run, run)
    remove_scratch(scratch)
