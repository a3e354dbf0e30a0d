"""Train every model of one cross-validation and keep its out-of-fold predictions."""

from pathlib import Path

from carbonscape.artefacts import PREDICTIONS, SAMPLES
from carbonscape.features.calendar import get_calendar
from carbonscape.features.samples import build_block, usable_samples
from carbonscape.features.series import read_series
from carbonscape.io import read_json, write_json
from carbonscape.jobs import job
from carbonscape.provenance import describe_run
from carbonscape.tables import read_table, write_table
from carbonscape.training.crossval import (
    cross_validate,
    prepare_experiment,
)
from carbonscape.training.scratch import remove_scratch, scratch_key

with job(snakemake.log, "crossvalidate_gpp"):
    names = dict(snakemake.wildcards.items())
    params, files = snakemake.params, snakemake.input
    calendar = get_calendar(params.step)
    series = read_series(files.series)
    samples = usable_samples(
        read_table(files.samples, SAMPLES), names["window"], common=params.common_samples
    )
    experiment = prepare_experiment(
        samples,
        build_block(samples, series, calendar=calendar, window=names["window"], pft=names["pft"]),
        read_json(files.folds),
        calendar=calendar,
        window=names["window"],
        model=names["model"],
        options=params.options,
        variables=series["variable"].values.tolist(),
        seed=params.seed,
    )
    config = {**names, "step": params.step, "options": params.options}
    config["common_samples"] = params.common_samples
    key = scratch_key({"config": config, "seed": params.seed}, [*files])
    scratch = Path(params.scratch) / key
    predicted = cross_validate(
        experiment,
        scratch=scratch,
        workers=snakemake.threads,
        label=f"{names['model']}, {names['pft']}, {names['window']}, split {names['split']}",
    )
    table = samples[["site", "year", "month"]].assign(
        fold=experiment.fold, observed=experiment.block.target, predicted=predicted
    )
    write_table(table, snakemake.output.predictions, PREDICTIONS)
    inputs = [files.samples, files.series, files.folds]
    write_json(snakemake.output.run, describe_run(config=config, seed=params.seed, inputs=inputs))
    remove_scratch(scratch)
