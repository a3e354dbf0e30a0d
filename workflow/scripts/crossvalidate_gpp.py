"""Train every model of one cross-validation and keep its out-of-fold predictions."""

from pathlib import Path

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import COSTS, PREDICTIONS, SAMPLES
from carbonscape.fluxes.training.blocks import model_block
from carbonscape.fluxes.training.crossval import cost_table, prepare_experiment
from carbonscape.fluxes.training.search import search_options
from carbonscape.products.registry import get_product
from carbonscape.training.crossval import cross_validate
from carbonscape.training.devices import choose_device
from carbonscape.training.scratch import remove_scratch, scratch_key

with job(snakemake.log, "crossvalidate_gpp"):
    names = dict(snakemake.wildcards.items())
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    calendar = get_calendar(params.step)
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
        product=get_product("gpp"),
        device=device,
    )
    config = {**names, "step": params.step, "options": params.options, "search": params.search}
    config["common_samples"] = params.common_samples
    key = scratch_key({"config": config, "seed": params.seed, "device": device}, [*files])
    scratch, label = Path(params.scratch) / key, " ".join(names.values())
    experiment, choices = search_options(
        experiment, params.search, scratch=scratch, workers=snakemake.threads, label=label
    )
    part = cross_validate(experiment, scratch=scratch, workers=snakemake.threads, label=label)
    table = samples[["site", "year", "month"]].assign(
        fold=experiment.fold,
        observed=experiment.block.target,
        predicted=part.predicted,
        spread=part.spread,
    )
    write_table(table, output.predictions, PREDICTIONS)
    write_table(cost_table(experiment, part, **names), output.cost, COSTS)
    inputs = [files.samples, files.series, files.folds]
    run = describe_run(config=config, seed=params.seed, inputs=inputs, device=device)
    write_json(output.run, {**run, "chosen": choices, "warnings": list(part.warnings)})
    remove_scratch(scratch)
