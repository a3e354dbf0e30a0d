"""Train every model of one cross-validation of a flux and keep its out-of-fold predictions."""

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import COSTS, PREDICTIONS, SAMPLES
from carbonscape.fluxes.training.blocks import model_block
from carbonscape.fluxes.training.crossval import cost_table, prediction_table, prepare_experiment
from carbonscape.fluxes.training.search import search_options
from carbonscape.products.registry import get_product
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import scratch_folder

with job(snakemake.log, "crossvalidate_flux"):
    names = dict(snakemake.wildcards.items())
    product = get_product(names.pop("product"))
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    calendar, workers = get_calendar(params.step), snakemake.threads
    series = read_series(files.series)
    samples = read_table(files.samples, SAMPLES)
    samples = usable_samples(samples, names["window"], common=params.common_samples)
    device = choose_device(params.device, names["model"])
    experiment = prepare_experiment(
        samples,
        model_block(samples, series, calendar=calendar, **names),
        read_json(files.folds),
        calendar=calendar,
        window=names["window"],
        model=names["model"],
        options=params.options,
        variables=series["variable"].values.tolist(),
        seed=params.seed,
        product=product,
        device=device,
    )
    config = {**names, "step": params.step, "options": params.options, "search": params.search}
    config["common_samples"] = params.common_samples
    content = {"config": config, "seed": params.seed, "device": device}
    label = " ".join((product.label, *names.values()))
    with scratch_folder(params.scratch, content, [*files]) as scratch:
        experiment, choices = search_options(
            experiment, params.search, scratch=scratch, workers=workers, label=label
        )
        part = cross_validate(experiment, scratch=scratch, workers=workers, label=label)
        write_table(prediction_table(samples, experiment, part), output.predictions, PREDICTIONS)
        write_table(cost_table(experiment, part, **names), output.cost, COSTS)
        inputs = [files.samples, files.series, files.folds]
        run = describe_run(config=config, seed=params.seed, inputs=inputs, device=device)
        write_json(output.run, {**run, "chosen": choices, "warnings": list(part.warnings)})
