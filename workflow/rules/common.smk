"""Paths, configuration and helpers that every rule file uses."""

import os
import sys
from functools import cache
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

from carbonscape.core.config_files import check_config_files
from carbonscape.core.dependencies import library_files
from carbonscape.core.errors import CarbonscapeError
from carbonscape.core.months import months_between
from carbonscape.core.tiles import edges_of_region, tile_names
from carbonscape.models.registry import MODELS, models_of_run, parts_of, threads_of
from carbonscape.products.config import check_config, complete_config, read_schema
from carbonscape.products.registry import get_product
from carbonscape.sources.accepted import check_accepted, check_paths, refuse_unusable
from carbonscape.sources.files import RawFiles
from carbonscape.sources.needs import absent_downloads
from carbonscape.sources.regional import areas_of_run

try:
    check_config_files(workflow.configfiles)
    config.update(complete_config(config))
    check_config(config, read_schema(BASE / "workflow" / "schemas" / "config.schema.yaml"))
    check_accepted(config["inputs"])
    check_paths(config)
except CarbonscapeError as refusal:
    raise WorkflowError(str(refusal))


RESULTS = f"{config['results']}/{config['run']}"
FIGURES = f"{RESULTS}/figures"
#: The products of the run, in the order of the configuration.
MADE = list(config["products"])
FLUXES = {}  # plans of the fluxes of the run, if there are any
WINGS = {get_product(product).wing for product in MADE}
RUN_MODELS = sorted({name for product in MADE for name in models_of_run(config[product])})
BLENDS = [name for name, entry in MODELS.items() if entry.kind == "blend"]

SIMULATED = config["archive"] == "simulated"
# Rules of the simulation write below this folder alone, never among the files of a user.
SIMULATED_RAW = RawFiles(Path("resources/raw/simulated", config["run"]), listings=False)
SECTIONS = {name: config[name] for name in MADE}
REAL_RAW = RawFiles(
    Path(config["raw"]),
    listings=config["fetch"]["download"],
    areas=areas_of_run(SECTIONS, config["region"]),
)
RAW = SIMULATED_RAW if SIMULATED else REAL_RAW
# The truth of a simulated Earth lies apart: only an evaluation may read it.
TRUTH = f"resources/truth/{config['run']}"
# What can be fetched and is not there: a file that is there has no rule that could remove it.
ABSENT = {}
if not SIMULATED and config["fetch"]["download"]:
    ABSENT = absent_downloads(RAW.root, SECTIONS, RAW.areas)
# Maps of a region or of some years: what papers say of the globe and all years is not put to them.
PARTIAL = bool(config["region"] or config["years"])
LAND = str(BASE / "resources" / "geography" / "land_110m.geojson")

# What the wings say of each product, for its figures and its page of the report.
AVAILABLE = {}  # what it has: NEEDS of the registry of figures
SHOWN = {}  # which of its maps is shown where there is room for one
CHECKED = {}  # the checks that its page, and the whole run, need
SCORED = {}  # files of every page: the scorecard if there is one, tables, run.json files
COUNTED = {}  # files that the pages of its wing alone show
HEADLINES = []  # texts with the first number of each product, told at the end of a run

# What every step that reads native files found out about them: inputs of list_inputs.
FINDINGS = []


wildcard_constraints:
    scheme=r"split_\d+|sample|transfer|spatial|temporal|climate",
    model="|".join(MODELS),
    year=r"\d{4}",
    tile=r"r\d+c\d+",


def findings(rule, names=(), jobs=((),)):
    """The file in which a job of a rule says what became of its inputs; all are listed at the end.

    ``names`` are the wildcards of the rule, ``jobs`` their values in the jobs of the run.
    """
    path = f"{RESULTS}/inputs/" + "-".join([rule, *(f"{{{name}}}" for name in names)]) + ".csv"
    FINDINGS.extend(path.format(**dict(zip(names, values))) for values in jobs)
    return path


def accepted(key, *sources):
    """What the configuration accepts of some sources: no other step runs again for it.

    Identifiers of towers belong to the source of towers.
    """
    names = config["inputs"][f"accept_{key}"]
    towers = [name for name in names if "-" in name and "fluxnet2015" in sources]
    return towers + [name for name in names if name in sources]


def library(script, models=None, products=None, modules=()):
    """Library files that decide the result of a script: an extra input of its rule.

    A rule of one model or product names it; the others read those of the whole run. A rule whose
    script imports modules by name names them.
    """
    models = RUN_MODELS if models is None else models
    products = MADE if products is None else products
    return list(
        library_of(script, *(tuple(sorted(names)) for names in (models, products, modules)))
    )


@cache
def library_of(script, models, products, modules):
    """The same, found once for jobs that have it in common."""
    files = library_files(BASE / "workflow" / "scripts" / script, models, products, modules)
    return [os.path.relpath(path) for path in files]


def raw(source, *paths):
    """Native files; of those that nobody can fetch, the job that says what is absent."""
    try:
        refuse_unusable(paths)
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))
    if SIMULATED or all(path in ABSENT or os.path.isfile(path) for path in paths):
        return list(paths)
    return [f"{RESULTS}/missing/{source}.txt"]
