"""Put the training samples of a map into the space of weighted predictors."""

from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.evaluation.importance import IMPORTANCE, mean_weights
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.prediction.applicability import reference_of_samples
from carbonscape.fluxes.tables import SAMPLES
from carbonscape.prediction.applicability import write_reference

with job(snakemake.log, "measure_applicability"):
    files, params = snakemake.input, snakemake.params
    samples = read_table(files.samples, SAMPLES)
    reference = reference_of_samples(
        usable_samples(samples, params.window, common=False),
        read_series(files.series),
        read_json(files.folds),
        calendar=get_calendar(params.step),
        pft=snakemake.wildcards.pft,
        weights=mean_weights(read_table(files.importance, IMPORTANCE)),
    )
    write_reference(reference, snakemake.output.reference)
