"""Nothing that is read from a file can run code: what the sources call, and what planted files do.

Exceptions, and why they are none:

- joblib sends tasks to worker processes that this process started, pickled, over pipes that
  nobody else can write to (`training/workers.py`). Nothing of it comes from a file.
- Snakemake hands a script its `snakemake` object as a pickle in the head of a copy of the script
  that it writes for this one job: a file of Snakemake with code in it, as the script itself.
- Configurations and Snakefiles are code of the person who runs them.
"""

from __future__ import annotations

import ast
import io
import json
import logging
import os
import pickle
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch

from carbonscape.core.errors import InputError
from carbonscape.fetch.earth_engine.scratch import Scratch
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.crossval import cross_validate
from carbonscape.training.final_training import train_final
from carbonscape.training.saved_model import load_model
from helpers import source_tree
from helpers.every_model import training_of
from helpers.small_experiments import experiment_of
from helpers.source_tree import PROJECT, relative

# --- what the sources call -----------------------------------------------------------------------

#: Modules that make objects of what they read.
MODULES = {
    *("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "jsonpickle", "shelve", "marshal"),
    *("joblib", "skops", "cfgrib"),
}

#: Functions that run what they are given, or make objects of what they read.
FUNCTIONS = {
    *("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"),
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("torch.load", "torch.jit.load", "torch.hub.load", "torch.package.PackageImporter"),
    *("pandas.read_pickle", "pandas.eval", "numpy.loads"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all"),
    *("yaml.full_load_all", "xarray.open_zarr"),
}

#: (file, what is found there): why it is none.
EXCEPTIONS = {
    ("workflow/carbonscape/training/workers.py", "import of joblib"): "pipes to its own processes",
    ("workflow/carbonscape/core/config.py", "call of yaml.load"): "the safe loader, or that of C",
}


def findings(source: str) -> Iterator[str]:
    """Yield what a source does that could make code of data."""
    tree, names = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    yield from sorted(
        f"import of {name.split('.')[0]}"
        for name in set(names.values())
        if name.split(".")[0] in MODULES
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, names)


def _of_call(call: ast.Call, names: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with a call, of which names stand for modules."""
    first, _, rest = ast.unparse(call.func).partition(".")
    called = ".".join(filter(None, (names.get(first, first), rest)))
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    weights_only = ast.unparse(given.get("weights_only", ast.Constant(False))) == "True"
    if called in FUNCTIONS and not (called == "torch.load" and weights_only):
        yield f"call of {called}"
    if called.endswith((".read_pickle", ".to_pickle")) and called not in FUNCTIONS:
        yield f"call of {called}"
    for name in ("allow_pickle", "shell"):
        if name in given and ast.unparse(given[name]) != "False":
            yield f"{name}={ast.unparse(given[name])}"
    if "engine" in given and "cfgrib" in ast.unparse(given["engine"]):
        yield "engine cfgrib"


BAD = {
    "import pickle": "import of pickle",
    "from joblib import load": "import of joblib",
    "import joblib.externals as e": "import of joblib",
    "import torch as t\nt.load(p)": "call of torch.load",
    "from torch import load as read\nread(p, weights_only=False)": "call of torch.load",
    "import numpy as np\nnp.load(p, allow_pickle=True)": "allow_pickle=True",
    "import numpy as np\nnp.load(p, allow_pickle=flag)": "allow_pickle=flag",
    "from yaml import load\nload(t, Loader=L)": "call of yaml.load",
    "import pandas as pd\npd.read_pickle(p)": "call of pandas.read_pickle",
    "frame.to_pickle(p)": "call of frame.to_pickle",
    "eval(text)": "call of eval",
    "exec(text)": "call of exec",
    "import os\nos.system(text)": "call of os.system",
    "from subprocess import run\nrun(text, shell=True)": "shell=True",
    "import xarray as xr\nxr.open_dataset(p, engine='cfgrib')": "engine cfgrib",
}
GOOD = (
    "import torch\ntorch.load(p, weights_only=True)",
    "import numpy as np\nnp.load(p, allow_pickle=False)\nnp.load(p)",
    "import yaml\nyaml.safe_load(t)",
    "module.eval()",
    "import re\nre.compile(t)",
    "import ast\nast.literal_eval(t)",
    "import subprocess\nsubprocess.run(['git'], shell=False)",
)


@pytest.mark.parametrize("source", list(BAD))
def test_the_law_finds_what_it_forbids(source: str) -> None:
    assert list(findings(source)) == [BAD[source]]


@pytest.mark.parametrize("source", GOOD)
def test_the_law_lets_the_rest_pass(source: str) -> None:
    assert list(findings(source)) == []


def test_no_source_makes_code_of_data() -> None:
    files = source_tree.python_files("workflow", "benchmarks", "docs", "resources")
    assert len(files) > 200
    found = {
        (relative(path), finding)
        for path in files
        for finding in findings(path.read_text(encoding="utf-8"))
    }
    assert found == set(EXCEPTIONS)


def test_no_snakefile_makes_code_of_data() -> None:
    """Their text, because they are not Python; what a rule's shell runs is a command of ours."""
    words = re.compile(
        r"\b(pickle|joblib|shelve|marshal|dill|eval|exec|os\.system|np\.load|torch\.load"
        r"|yaml\.(?!safe_)\w*load\w*)\b|\bshell=True"
    )
    assert words.search("x = eval(text)")
    assert words.search("import pickle")
    files = source_tree.snakefiles()
    assert len(files) > 10
    for path in files:
        assert not words.search(path.read_text(encoding="utf-8")), relative(path)


def test_no_package_reads_pickled_indices_beside_a_file() -> None:
    """Cfgrib does: xarray would take it for any file that ends in .grib or .grb."""
    locked = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert "xarray==" in locked
    assert not re.search(r"^cfgrib\b", locked, re.M)
    for path in (PROJECT / "envs").glob("*.yaml"):
        assert "cfgrib" not in path.read_text(encoding="utf-8")


# --- what planted files do -----------------------------------------------------------------------


class Planted:
    """An object that runs a command when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def joblib_bytes(planted: Planted) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(planted, buffer)
    return buffer.getvalue()


def object_array(planted: Planted) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([planted], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def torch_bytes(planted: Planted) -> bytes:
    buffer = io.BytesIO()
    torch.save(planted, buffer)
    return buffer.getvalue()


PAYLOADS = {
    "joblib": joblib_bytes,
    "pickle": pickle.dumps,
    "object array": object_array,
    "torch": torch_bytes,
}


@pytest.fixture(params=list(PAYLOADS))
def payload(request, tmp_path: Path) -> Iterator[bytes]:
    """Bytes that run a command in the hands of who trusts them; that no reader here does it."""
    marker = tmp_path / "the-command-ran"
    yield PAYLOADS[request.param](Planted(marker))
    assert not marker.exists()


def test_the_payload_is_one(tmp_path: Path) -> None:
    marker = tmp_path / "the-command-ran"
    for name, make in PAYLOADS.items():
        content = make(Planted(marker))
        if name == "torch":
            torch.load(io.BytesIO(content), weights_only=False)
        elif name == "object array":
            np.load(io.BytesIO(content), allow_pickle=True)
        elif name == "joblib":
            joblib.load(io.BytesIO(content))
        else:
            pickle.loads(content)
        assert marker.exists(), name
        marker.unlink()


def planted_archives(path: Path, payload: bytes) -> Iterator[str]:
    """Write a file with the payload in every place where an archive could have one."""
    whole = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    arrays = [name for name in members if name.endswith(".npy")]
    values = [name for name in members if name.endswith(".json")]
    places = {
        "instead of the file": None,
        "behind the file": whole + payload,
        "instead of an array": members | {arrays[0]: payload},
        "instead of every array": members | dict.fromkeys(arrays, payload),
        **({"instead of the values": members | dict.fromkeys(values, payload)} if values else {}),
        "beside the arrays": members | {arrays[0].replace(".npy", ".joblib"): payload},
        "as the estimator of before": {
            **{name: content for name, content in members.items() if name in values},
            "month00-member0.joblib": payload,
        },
        "as data.pkl of torch": {"archive/data.pkl": payload, "archive/version": b"3"},
    }
    for place, content in places.items():
        if isinstance(content, dict):
            with zipfile.ZipFile(path, "w") as archive:
                for name, values_ in content.items():
                    archive.writestr(name, values_)
        else:
            path.write_bytes(payload if content is None else content)
        yield place


@pytest.mark.parametrize("model", ["random_forest", "climatology", "xgboost", "mlp"])
def test_a_planted_model_runs_nothing(tmp_path: Path, payload: bytes, model: str) -> None:
    path = tmp_path / "model.zip"
    train_final(training_of("gpp", model, "12m"), path, scratch=tmp_path / "s", workers=1)
    places = 0
    for place in planted_archives(path, payload):
        places += 1
        if place == "behind the file":
            continue  # of a ZIP only what it lists is read: the checksum of the run tells
        with pytest.raises(InputError, match=r"cannot be read as a trained model \(.+\); delete"):
            load_model(path)
    assert places == 8


def test_a_planted_checkpoint_runs_nothing(tmp_path: Path, payload: bytes, caplog) -> None:
    path = tmp_path / "member.npz"
    state = {"epoch": 1, "values": np.zeros(3, dtype=np.float32)}
    Checkpoint(path).offer(lambda: state, finished=True)
    for place in planted_archives(path, payload):
        found = Checkpoint(path).load(like=state)
        assert found is None or place == "behind the file", place
    assert f"{path} is damaged; the training starts again" in caplog.text


def test_a_planted_part_of_a_cross_validation_runs_nothing(
    tmp_path: Path, payload: bytes, caplog
) -> None:
    experiment = experiment_of()
    whole = cross_validate(experiment, scratch=tmp_path, workers=1, label="test").predicted
    path = tmp_path / "fold1-month00.npz"
    content = path.read_bytes()
    for place in planted_archives(path, payload):
        caplog.clear()
        found = cross_validate(experiment, scratch=tmp_path, workers=1, label="test").predicted
        np.testing.assert_array_equal(found, whole)
        damaged = f"{path} is damaged and will be computed again" in caplog.text
        assert damaged or place == "behind the file", place
        path.write_bytes(content)


def test_a_planted_month_of_a_final_training_runs_nothing(
    tmp_path: Path, payload: bytes, caplog
) -> None:
    plan, scratch = training_of("gpp", "climatology", "12m"), tmp_path / "s"
    train_final(plan, tmp_path / "whole.zip", scratch=scratch, workers=1)
    content = (scratch / "month00.zip").read_bytes()
    caplog.set_level(logging.WARNING)
    for place in planted_archives(scratch / "month00.zip", payload):
        caplog.clear()
        train_final(plan, tmp_path / "model.zip", scratch=scratch, workers=1)
        assert (tmp_path / "model.zip").read_bytes() == (tmp_path / "whole.zip").read_bytes()
        damaged = "is damaged; the month is trained again" in caplog.text
        assert damaged or place == "behind the file", place
        (scratch / "month00.zip").write_bytes(content)


def test_a_planted_piece_of_a_download_runs_nothing(tmp_path: Path, payload: bytes) -> None:
    scratch = Scratch(tmp_path / "target.nc")
    key = scratch.key("request")
    scratch.save(key, {"band": np.zeros(3)})
    for place in planted_archives(next(scratch.folder.iterdir()), payload):
        sound = scratch.is_sound(key)
        assert not sound or place in ("behind the file", "beside the arrays"), place
        if sound:
            np.testing.assert_array_equal(scratch.load(key, "band"), np.zeros(3))
        scratch.save(key, {"band": np.zeros(3)})


def test_a_planted_run_json_runs_nothing(tmp_path: Path, payload: bytes) -> None:
    path, run = tmp_path / "model.zip", tmp_path / "model.run.json"
    train_final(training_of("gpp", "climatology", "12m"), path, scratch=tmp_path / "s", workers=1)
    for content in (payload, b"[]", b'{"outputs": 1}', json.dumps({"outputs": {}}).encode()):
        run.write_bytes(content)
        with pytest.raises(InputError, match="run again"):
            load_model(path, run)
