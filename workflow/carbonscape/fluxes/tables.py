"""The tables that stages hand to one another: every column, its unit and its meaning.

docs/outputs.md is checked against these schemas by a test.
"""

from __future__ import annotations

from carbonscape.archives.tables import FLUX, MONTH, SITE, YEAR
from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS

#: What stands in ``dropped_by`` of a month that is only trained on.
TRAIN_ONLY = "train_only"

TOWER_MONTHS = TableSchema(
    "tower months",
    (
        SITE,
        YEAR,
        MONTH,
        Column("target", "number", "target of the models (config quality.target)", FLUX, True),
        Column("gpp_nt", "number", "GPP_NT_VUT_REF", FLUX, missing=True),
        Column("gpp_dt", "number", "GPP_DT_VUT_REF", FLUX, missing=True),
        Column("reco_nt", "number", "RECO_NT_VUT_REF", FLUX, missing=True),
        Column("nee", "number", "NEE_VUT_REF", FLUX, missing=True),
        Column("qc", "number", "NEE_VUT_REF_QC, fraction", "1", missing=True),
        Column("residual_gpp", "number", "GPP_DT minus its OLS on GPP_NT", FLUX, missing=True),
        Column(
            "residual_nee",
            "number",
            "NEE minus its OLS on (GPP_NT - RECO_NT)",
            FLUX,
            missing=True,
        ),
        Column(
            "dropped_by",
            "text",
            "filter step that rejected the month; 'kept' if none did, 'train_only' for a month "
            "that is only trained on",
        ),
    ),
    key=("site", "year", "month"),
)

COUNTS = TableSchema(
    "counts",
    (
        Column("step", "text", "short name of the step"),
        Column("meaning", "text", "what the step keeps"),
        Column("rows", "integer", "site-months left after the step", "1"),
        Column("sites", "integer", "sites left after the step", "1"),
        Column("paper_rows", "number", "the paper's count after this step", "1", missing=True),
    ),
    key=("step",),
)

SAMPLES = TableSchema(
    "samples",
    (
        SITE,
        YEAR,
        MONTH,
        Column("observed", "number", "observed flux", FLUX),
        Column(
            "learnt",
            "number",
            "flux that models are fitted to: the observed one, or the estimate of it that config "
            "quality.train_target names, where it is known",
            FLUX,
        ),
        *(
            Column(f"complete_{window}", "flag", f"the {window} window has no missing step left")
            for window in WINDOWS
        ),
        Column("common", "flag", "complete for every window that this run compares"),
        Column("scored", "flag", "held out and scored; a sample that is not is only trained on"),
        Column(
            "weight",
            "number",
            "what the sample weighs in a training: 1, or the QC of one only trained on",
            "1",
        ),
    ),
    key=("site", "year", "month"),
)

PREDICTIONS = TableSchema(
    "out-of-fold predictions",
    (
        SITE,
        YEAR,
        MONTH,
        Column("fold", "integer", "fold in which the sample was held out, from 0"),
        Column("observed", "number", "observed flux", FLUX),
        Column("predicted", "number", "flux predicted by a model that never saw the sample", FLUX),
        Column(
            "spread",
            "number",
            "standard deviation of the members (seeds, or models of a blend), whose sum of squares "
            "is divided by their number less one; missing for a model without members",
            FLUX,
            missing=True,
        ),
    ),
    key=("site", "year", "month"),
)

#: Predictions inside the training sites of each fold, for choices.
INNER_PREDICTIONS = TableSchema(
    "predictions of training sites",
    (
        Column("fold", "integer", "fold that is held out: no model behind the row saw its samples"),
        SITE,
        YEAR,
        MONTH,
        Column("observed", "number", "observed flux", FLUX),
        Column("predicted", "number", "flux predicted by a model that never saw the site", FLUX),
    ),
    key=("fold", "site", "year", "month"),
)

_EXPERIMENT = (
    Column("split", "integer", "number of the site split"),
    Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
    Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
    Column("model", "text", "model of the registry"),
)

_METRICS = (
    Column("r2", "number", "1 - SSE / SST; missing when the observations do not vary", "1", True),
    Column("rmse", "number", "root mean square error", FLUX),
    Column("mae", "number", "mean absolute error", FLUX),
    Column("bias", "number", "mean of predicted minus observed", FLUX),
)

SCORES = TableSchema(
    "scores",
    (
        *_EXPERIMENT,
        Column(
            "quantity",
            "text",
            "monthly, season (mean of three months of a site and year), year (mean of at least ten "
            "months of a site's calendar year), seasonal_cycle (mean over years per site and "
            "calendar month), climate_cycle (mean of these over the sites of a climate), site_mean "
            "(mean of each site) or anomaly (month minus the site's mean seasonal cycle)",
        ),
        Column("scope", "text", "global, climate, igbp or month"),
        Column("group", "text", "the climate, IGBP class or month; 'all' for the global scope"),
        Column("samples", "integer", "pairs scored", "1"),
        Column("sites", "integer", "sites among them", "1"),
        *_METRICS,
    ),
    key=("split", "window", "pft", "model", "quantity", "scope", "group"),
)

SITE_SCORES = TableSchema(
    "site scores",
    (
        *_EXPERIMENT,
        SITE,
        Column("samples", "integer", "months scored", "1"),
        *_METRICS,
    ),
    key=("split", "window", "pft", "model", "site"),
)

COSTS = TableSchema(
    "costs of an experiment",
    (
        Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
        Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
        Column("model", "text", "model of the registry"),
        Column("models", "integer", "models trained: folds, times months where each has its own"),
        Column("members", "integer", "networks of each, or models of a blend"),
        Column("samples", "integer", "training samples, summed over the models trained"),
        Column(
            "training_core_s",
            "number",
            "seconds of one core for all trainings, as measured in this run; those of an "
            "interrupted one are not counted twice",
            "s",
        ),
        Column("prediction_core_s", "number", "the same for all held-out predictions", "s"),
        Column("predicted", "integer", "samples predicted"),
        Column(
            "search_core_s",
            "number",
            "seconds of one core for choices inside the training sites; 0 without any",
            "s",
        ),
    ),
    key=("window", "pft", "model"),
)
