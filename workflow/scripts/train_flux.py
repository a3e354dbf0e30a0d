"""Train the models behind the maps of a flux on every site."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import SAMPLES
from carbonscape.fluxes.training.blocks import model_block, schedule_of
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.final_training import prepare_training
from carbonscape.training.recorded import train_recorded

with job(snakemake.log, "train_flux"):
    names = dict(snakemake.wildcards.items())
    product = get_product(names.pop("product"))
    params, files = snakemake.params, snakemake.input
    calendar, window = get_calendar(params.step), names["window"]
    series = read_series(files.series)
    samples = usable_samples(read_table(files.samples, SAMPLES), window, common=False)
    training = prepare_training(
        model_block(samples, series, calendar=calendar, **names),
        model=names["model"],
        options=params.options,
        variables=series["variable"].values.tolist(),
        pft=names["pft"],
        window=window,
        seed=params.seed,
        product=product,
        device=choose_device(params.device, names["model"]),
        **schedule_of(calendar, window, names["model"]),
    )
    config = {**names, "step": params.step, "options": params.options}
    train_recorded(
        training,
        model=snakemake.output.model,
        run=snakemake.output.run,
        config=config,
        seed=params.seed,
        data=[files.samples, files.series],
        files=[*files],
        scratch=params.scratch,
        workers=snakemake.threads,
    )
