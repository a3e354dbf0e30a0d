"""Train the models behind the maps of a flux on every site."""

from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import SAMPLES
from carbonscape.fluxes.training.blocks import model_block, schedule_of
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "train_flux"):
    names = dict(snakemake.wildcards.items())
    product = get_product(names.pop("product"))
    params, files = snakemake.params, snakemake.input
    calendar, window = get_calendar(params.step), names["window"]
    series = read_series(files.series)
    samples = usable_samples(read_table(files.samples, SAMPLES), window, common=False)
    device = choose_device(params.device, names["model"])
    training = prepare_training(
        model_block(samples, series, calendar=calendar, **names),
        model=names["model"],
        options=params.options,
        variables=series["variable"].values.tolist(),
        pft=names["pft"],
        window=window,
        seed=params.seed,
        product=product,
        device=device,
        **schedule_of(calendar, window, names["model"]),
    )
    config = {**names, "step": params.step, "options": params.options}
    content = {"config": config, "seed": params.seed, "device": device}
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        train_final(training, snakemake.output.model, scratch=scratch, workers=snakemake.threads)
        run = describe_run(
            config=config,
            seed=params.seed,
            inputs=[files.samples, files.series],
            device=device,
            outputs=[snakemake.output.model],
        )
        write_json(snakemake.output.run, run)
