"""Join qualified tower months with their predictor windows."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import select_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.quality.towers import state_lost_sites
from carbonscape.fluxes.tables import COUNTS, SAMPLES, TOWER_MONTHS
from carbonscape.products.registry import get_product

with job(snakemake.log, "select_samples", findings=snakemake.output.findings):
    targets = get_product(snakemake.wildcards.product).targets
    samples, counts = select_samples(
        read_table(snakemake.input.months, TOWER_MONTHS),
        read_series(snakemake.input.series),
        calendar=get_calendar(snakemake.params.step),
        windows=snakemake.params.windows,
        incomplete_windows=snakemake.params.incomplete_windows,
        # No other estimate where the key is null: models are then fitted to the target.
        learnt=targets.get(snakemake.params.train_target, ()),
    )
    scored = samples[samples["scored"]]
    state_lost_sites(
        scored["site"],
        scored.loc[scored["common"], "site"],
        reason="no qualified month has every predictor of the windows compared",
    )
    write_table(samples, snakemake.output.samples, SAMPLES)
    write_table(counts, snakemake.output.counts, COUNTS)
