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
from carbonscape.config import check_config, load_schema
from carbonscape.dependencies import library_files
from carbonscape.errors import CarbonscapeError

try:
    check_config(config, load_schema(BASE / "workflow" / "schemas" / "config.schema.yaml"))
    SIMULATED = config["archive"] == "simulated"
    TOWERS = Path("resources/raw/simulated" if SIMULATED else config["towers"])
    if SIMULATED:
        TOWERS = TOWERS / f"towers-{config['run']}"
        TOWER_FILES = [str(TOWERS / "fluxnet2015.zip")]
    else:
        TOWER_FILES = [str(path) for path in find_tower_files(TOWERS)]
except CarbonscapeError as refusal:
    raise WorkflowError(str(refusal))


RESULTS = f"{config['results']}/{config['run']}"
GPP = f"{RESULTS}/gpp"
FIGURES = f"{RESULTS}/figures"
REPORT = f"{RESULTS}/report/index.html"
CROSSVAL = config["gpp"]["crossval"]


wildcard_constraints:
    split=r"\d+",
    window="jan_to_m|1m|6m|12m",
    pft="none|esa_cci|igbp|igbp_esa_cci",
    model="[a-z0-9_]+",


def library(script, models=()):
    """Library files that decide the result of a script: an extra input of its rule."""
    files = library_files(BASE / "workflow" / "scripts" / script, models)
    return [os.path.relpath(path) for path in files]


def tower_table(key):
    """Path of a table beside the FLUXNET files, or nothing where folds come from the seed."""
    name = config["tower_files"][key]
    if key == "folds":
        if name == "auto":
            name = "folds.csv" if (TOWERS / "folds.csv").is_file() else "seed"
        if name == "seed" or SIMULATED:
            return []
    if SIMULATED:
        return str(TOWERS / name)
    try:
        return str(require_tower_table(TOWERS, name, key=key))
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))


def predictions(suffix="parquet"):
    """Every out-of-fold result that the configuration asks for."""
    return expand(
        f"{GPP}/crossval/split_{{split}}/{{window}}-{{pft}}-{{model}}.{suffix}",
        split=CROSSVAL["splits"],
        window=CROSSVAL["windows"],
        pft=CROSSVAL["pfts"],
        model=CROSSVAL["models"],
    )
