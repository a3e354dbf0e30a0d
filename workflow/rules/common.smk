"""Paths, configuration and helpers that every rule file uses."""

import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Relative to where results lie, so that a project that is moved as a whole does not run again.
BASE = Path(os.path.relpath(workflow.basedir))

# Scripts import the library on a laptop, in a conda environment and on a cluster node alike,
# with nothing to install.
LIBRARY = os.path.abspath(BASE / "workflow")
sys.path.insert(0, LIBRARY)
os.environ.update(PYTHONPATH=LIBRARY)

# Snakemake 9 does not quote the path of its Python (its issue 2645): where that path holds a
# space, scripts start only by the bare name.
if " " in sys.executable:
    os.environ.update(PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]))
    sys.executable = "python"

from carbonscape.archives.fluxnet_files import find_tower_files, require_tower_table
from carbonscape.fluxes.settings import HOLDOUTS, PFT_SETTINGS, WINDOWS
from carbonscape.core.config import load_schema
from carbonscape.core.dependencies import library_files
from carbonscape.core.errors import CarbonscapeError
from carbonscape.fluxes.experiments import cells, experiment_paths, holdout_cells
from carbonscape.models.registry import MODELS, models_of_run, parts_of, threads_of
from carbonscape.products.config import check_config
from carbonscape.core.tiles import make_tiles
from carbonscape.core.months import months_between
from carbonscape.sources.files import RawFiles

try:
    check_config(config, load_schema(BASE / "workflow" / "schemas" / "config.schema.yaml"))
except CarbonscapeError as refusal:
    raise WorkflowError(str(refusal))


RESULTS = f"{config['results']}/{config['run']}"
MADE = config["products"]
RUN_MODELS = sorted({name for product in MADE for name in models_of_run(config[product])})
GPP = f"{RESULTS}/gpp"
FIGURES = f"{RESULTS}/figures"
CROSSVAL = config["gpp"]["crossval"]
SPLITS = [f"split_{number}" for number in CROSSVAL["splits"]]
SCHEMES = [*SPLITS, *(CROSSVAL["holdouts"]["schemes"] if CROSSVAL["holdouts"]["models"] else [])]
FEATURES = config["gpp"]["features"]
PRODUCT = config["gpp"]["product"]
PRODUCTS = [f"{model}-{pft}" for model in PRODUCT["models"] for pft in PRODUCT["pfts"]]
PRODUCT_YEARS = list(range(PRODUCT["first_year"], PRODUCT["last_year"] + 1))
CELL = config["gpp"]["grid"]["cell"]
TILES = [tile.name for tile in make_tiles(CELL, PRODUCT["tile_cells"])] if PRODUCTS else []
GRIDDED = FEATURES["step"] == "modis_8day"
SIF = config["gpp"]["sif"]
SIF_MONTHS = months_between(SIF["first_month"], SIF["last_month"])
SITE_SERIES = f"{GPP}/features/site_series{'' if GRIDDED else '_monthly'}.nc"
# Years of the predictors; land cover is known for those of samples and maps only.
YEARS = list(range(FEATURES["first_year"], FEATURES["last_year"] + 1))
COVER_FROM = min(config["gpp"]["quality"]["first_year"], PRODUCT["first_year"])
COVER_YEARS = [year for year in YEARS if year >= COVER_FROM]

SIMULATED = config["archive"] == "simulated"
# Rules of the simulation write below this folder alone, never among the files of a user.
SIMULATED_RAW = RawFiles(Path("resources/raw/simulated", config["run"]))
RAW = SIMULATED_RAW if SIMULATED else RawFiles(Path(config["raw"]))
# The truth of a simulated Earth lies apart: only an evaluation may read it.
TRUTH = f"resources/truth/{config['run']}"
TOWERS = RAW.root / "towers" if SIMULATED else config["towers"] and Path(config["towers"])


wildcard_constraints:
    scheme=r"split_\d+|sample|transfer|" + "|".join(HOLDOUTS),
    window="|".join(WINDOWS),
    pft="|".join(PFT_SETTINGS),
    model="|".join(MODELS),
    year=r"\d{4}",
    tile=r"r\d+c\d+",


def library(script, models=None, products=None):
    """Library files that decide the result of a script: an extra input of its rule.

    A rule of one model or product names it; the others read those of the whole run.
    """
    files = library_files(
        BASE / "workflow" / "scripts" / script,
        RUN_MODELS if models is None else models,
        MADE if products is None else products,
    )
    return [os.path.relpath(path) for path in files]


def raw(source, *paths):
    """Native files, or, where a real one is absent, the job that says so and what to do."""
    if SIMULATED or all(os.path.isfile(path) for path in paths):
        return list(paths)
    return [f"{RESULTS}/missing/{source}.txt"]


def tower_files():
    """The FLUXNET2015 files."""
    if SIMULATED:
        return [str(TOWERS / "fluxnet2015.zip")]
    if TOWERS is None:
        return raw("fluxnet2015", "")
    try:
        return [str(path) for path in find_tower_files(TOWERS)]
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
    if key == "predictors" and GRIDDED:
        return []
    if SIMULATED:
        return str(TOWERS / name)
    if TOWERS is None:
        return raw("fluxnet2015", "")[0]
    try:
        return str(require_tower_table(TOWERS, name, key=key))
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))


def experiments(suffix="parquet"):
    """Every cross-validation over random splits of the sites that the configuration asks for."""
    found = experiment_paths(f"{GPP}/crossval", SPLITS, cells(CROSSVAL))
    return [f"{path}.{suffix}" for path in found]


def holdouts(suffix="parquet"):
    """Every cross-validation that holds out regions, years or climates."""
    shown = {key: config["figures"][key] for key in ("window", "pft")}
    schemes, found = CROSSVAL["holdouts"]["schemes"], holdout_cells(CROSSVAL, **shown)
    return [f"{path}.{suffix}" for path in experiment_paths(f"{GPP}/crossval", schemes, found)]


def parts(wildcards):
    """Models that are trained for a model: itself, or the parts of a blend."""
    return parts_of(wildcards.model, config["gpp"]["models"])


def crossvalidated_products():
    """Out-of-fold predictions of those products that the run cross-validates as well."""
    shown = {**PRODUCT, "windows": [PRODUCT["window"]]}
    scheme = f"split_{config['figures']['split']}"
    wanted = experiment_paths(f"{GPP}/crossval", [scheme], cells(shown))
    return [path for path in experiments() if path.removesuffix(".parquet") in wanted]
