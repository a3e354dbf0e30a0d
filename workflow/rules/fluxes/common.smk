"""Paths, plans and helpers of the rules of tower fluxes, which all carry a wildcard {product}."""

from carbonscape.archives.fluxnet_files import find_tower_files, require_tower_table
from carbonscape.fluxes.claim_files import claim_maps, claim_tables
from carbonscape.fluxes.plan import plan_fluxes, shared_features
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS, Setting

FLUXES = plan_fluxes(config, RESULTS)
# Fluxes with the same grid, years and gap rule share the folder of their predictors.
FEATURES = shared_features(FLUXES)
# Those whose predictors are made from gridded archives.
GRIDDED = [
    name
    for name, plan in FLUXES.items()
    if plan.gridded and FEATURES[name] == f"{plan.root}/features"
]
# All fluxes come from the same towers, which are read once.
FIRST = next(iter(FLUXES.values()))
TOWER_DATA = f"{FIRST.root}/towers"
TOWERS = RAW.root / "towers" if SIMULATED else config["towers"] and Path(config["towers"])
FLUX = f"{RESULTS}/{{product}}"
CROSSVAL = f"{FLUX}/crossval/{{scheme}}/{{model}}-{{pft}}-{{window}}"
# Satellite fluorescence follows productivity alone.
SEEN = next((plan for plan in FLUXES.values() if plan.sif_months), None)


wildcard_constraints:
    product="|".join(FLUXES),
    window="|".join(WINDOWS),
    pft="|".join(PFT_SETTINGS),


def flux(wildcards):
    """The plan of the flux that a job is about."""
    return FLUXES[wildcards.product]


def flux_size(wildcards):
    """Share of the paper's grid that the grid of a flux has."""
    return grid_share(flux(wildcards).cell, PAPER_CELLS["fluxes"])


def flux_tile_size(wildcards):
    """Share of the paper's tile, 200 cells a side, that a tile of a flux has."""
    return (flux(wildcards).map["tile_cells"] / 200) ** 2


def flux_library(script):
    """A function that finds the library files that decide a result of one flux."""
    return lambda wildcards: library(
        script, models_of_run(flux(wildcards).section), [wildcards.product]
    )


def parts_of_blend(wildcards, suffix):
    """The cross-validations of the parts of a blend."""
    setting = Setting(wildcards.model, wildcards.pft, wildcards.window)
    return flux(wildcards).part_files(wildcards.scheme, setting, suffix)


def has_weights(wildcards):
    """Whether the weights of a blend are fitted."""
    return flux(wildcards).section["models"][wildcards.model]["weights"] == "fitted"


def is_searched(wildcards):
    """Whether a model is cross-validated inside the training sites as well."""
    setting = Setting(wildcards.model, wildcards.pft, wildcards.window)
    return flux(wildcards).is_searched(setting)


def of_flux(*keys):
    """A function that finds a part of the section of the flux that a job is about."""

    def find(wildcards):
        part = flux(wildcards).section
        for key in keys:
            part = part[key]
        return part

    return find


def features(path):
    """A function that finds a file of the predictors of the flux that a job is about."""
    return lambda wildcards: f"{FEATURES[wildcards.product]}/{path}".format(**wildcards)


def weather(kind):
    """A function that finds the native weather of a year: state and totals of days, or steps."""

    def find(wildcards):
        source = "era5_land_8day" if kind == "steps" else "era5_land"
        if source != flux(wildcards).weather:
            return []
        return raw(source, *RAW.weather_of_year(int(wildcards.year), kind))

    return find


def site_series(wildcards):
    """The predictor series of the towers."""
    name = "site_series.nc" if flux(wildcards).gridded else "site_series_monthly.nc"
    return f"{FEATURES[wildcards.product]}/{name}"


def tower_files():
    """The FLUXNET2015 files."""
    if SIMULATED:
        return [str(TOWERS / "fluxnet2015.zip")]
    if TOWERS is None:
        return raw("fluxnet2015", "")
    try:
        found = [str(path) for path in find_tower_files(TOWERS)]
        refuse_unusable(found)
        return found
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))


def tower_table(key):
    """Path of a table beside the FLUXNET files, or nothing where it is not used."""
    name = config["tower_files"][key]
    if key == "folds":
        if name == "auto":
            name = "folds.csv" if TOWERS and (TOWERS / "folds.csv").is_file() else "seed"
        if name == "seed" or SIMULATED:
            return []
    if key == "predictors" and all(plan.gridded for plan in FLUXES.values()):
        return []
    if SIMULATED:
        return str(TOWERS / name)
    if TOWERS is None:
        return raw("fluxnet2015", "")[0]
    try:
        return str(require_tower_table(TOWERS, name, key=key))
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))
