"""Train a network on every site with several numbers of epochs, for the spread of its maps."""

from pathlib import Path

from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import SAMPLES
from carbonscape.fluxes.training.blocks import model_block, schedule_of
from carbonscape.fluxes.training.members import member_options, member_seed
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "train_flux_members"):
    names = dict(snakemake.wildcards.items())
    product = get_product(names.pop("product"))
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    calendar, window = get_calendar(params.step), names["window"]
    series = read_series(files.series)
    samples = usable_samples(read_table(files.samples, SAMPLES), window, common=False)
    block = model_block(samples, series, calendar=calendar, **names)
    device = choose_device(params.device, names["model"])
    config = {**names, "step": params.step, "options": params.options, "epochs": params.epochs}
    content = {"config": config, "seed": params.seed, "device": device}
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        for epochs, path in zip(params.epochs, output.models, strict=True):
            training = prepare_training(
                block,
                model=names["model"],
                options=member_options(params.options, epochs),
                variables=series["variable"].values.tolist(),
                pft=names["pft"],
                window=window,
                seed=member_seed(params.seed, epochs),
                product=product,
                device=device,
                **schedule_of(calendar, window, names["model"]),
            )
            folder = Path(scratch) / f"epochs{epochs}"
            train_final(training, path, scratch=folder, workers=snakemake.threads)
        inputs = [files.samples, files.series]
        run = describe_run(
            config=config, seed=params.seed, inputs=inputs, device=device, outputs=output.models
        )
        write_json(output.run, run)
