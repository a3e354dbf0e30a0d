"""Bad configurations, results folders and answers of archives."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from snakemake.utils import update_config

from carbonscape.columns.costs import work_of_column
from carbonscape.core.config_files import check_config_files
from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.estimate import Estimate
from carbonscape.fetch.https import base_address
from carbonscape.fetch.members import extract_member
from carbonscape.fetch.repositories import JsonClient, list_record
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.transfer import download, new_session
from carbonscape.products.config import check_config, complete_config
from carbonscape.sources.accepted import check_accepted, check_paths
from helpers.bad_inputs import Bad, odd, put, zipped
from helpers.guards import PROJECT
from helpers.project_config import SCHEMA, load
from helpers.web_server import WebServer, says, web_server

BEFORE = "before any job"
QUICK = Policy(
    attempts=2, base_seconds=0.01, cap_seconds=0.02, timeout_seconds=0.5, total_seconds=5,
    redirects=3,
)  # fmt: skip


def check(changes: dict[str, Any] | Callable[[Path], dict[str, Any]], folder: Path) -> None:
    """Check a configuration as the Snakefile does."""
    config = load("config.yaml")
    update_config(config, changes(folder) if callable(changes) else changes)
    config.update(complete_config(config))
    check_config(config, SCHEMA)
    check_accepted(config["inputs"])
    check_paths(config)


def file(content: str, folder: Path) -> None:
    check_config_files([put(folder / "my.yaml", content)])


def _values() -> list[Bad]:
    """Keys and values."""
    found: list[tuple[str, Any]] = [
        ("a key that nobody knows", {"gpp": {"crossval": {"fold": 5}}}),
        ("a section in place of a number", {"seed": {"a": 1}}),
        ("a number as text", {"seed": "42"}),
        ("a year with a fraction of zero", {"gpp": {"product": {"first_year": 2001.0}}}),
        ("a number that is none", {"gpp": {"quality": {"min_qc": math.nan}}}),
        ("infinity", {"gpp": {"quality": {"fence_width": math.inf}}}),
        ("a share of 80", {"gpp": {"quality": {"min_qc": 80}}}),
        ("months to train on alone that are scored", {"gpp": {"quality": {"train_min_qc": 0.8}}}),
        (
            "a rule for months to train on alone, and none of them",
            {"gpp": {"quality": {"train_max_difference": 3}}},
        ),
        (
            "another estimate to fit models to, and none of that name",
            {"gpp": {"quality": {"train_target": "gpp_sr"}}},
        ),
        ("a word that is no choice", {"device": "gpu"}),
        ("no list of products", {"products": "gpp"}),
        ("a product that does not exist", {"products": ["gpp", "methane"]}),
        ("nothing in place of a section", {"gpp": None}),
        ("a grid that does not fill the globe", {"gpp": {"grid": {"cell": 7}}}),
        ("years that are not all mapped", {"years": [2016, 2021]}),
        ("a last year before the first", {"years": [2016, 2015]}),
        ("a source that nobody knows", {"inputs": {"accept_incomplete": ["era5"]}}),
        ("yes in place of a name (YAML reads true)", {"run": True}),
        ("a date in place of a name", {"run": dt.date(2020, 1, 31)}),
        ("a name that ends in a line break", {"run": "bad\n"}),
        ("a name that leads upwards", {"run": ".."}),
        ("a name with a slash", {"run": "a/b"}),
        ("an empty name", {"run": ""}),
        ("a name of 300 letters", {"run": "a" * 300}),
        ("a line break in the name of a table", {"tower_files": {"sites": "a\nb.csv"}}),
    ]
    return [
        *(Bad("Configuration", what, BEFORE, partial(check, changes)) for what, changes in found),
        Bad("Configuration", "a training of two months", BEFORE, endless),
    ]


def endless(_: Path) -> None:
    """Start the training of the paper's network on the paper's samples, on a processor."""
    config = load("config.yaml")
    words = {"scheme": "sample", "model": "at_bilstm", "time_input": "none"}
    job = PlannedJob("crossvalidate_xco2", words, threads=5, products={"xco2"})
    Estimate(
        work_of={"xco2": partial(work_of_column, config)},
        root=str(PROJECT),
        device=config["device"],
        cluster=None,
        longest=config["longest_training_days"],
    ).check([job])


def _files() -> list[Bad]:
    """Configurations as they are written."""
    found = [
        ("a key twice", "seed: 1\nrun: a\nseed: 2\n"),
        ("a section twice", "gpp: {grid: {cell: 1}}\nrun: a\ngpp: {sif: {min_count: 3}}\n"),
        ("a key twice, in JSON", '{"seed": 1, "seed": 2}'),
    ]
    return [Bad("Configuration", what, BEFORE, partial(file, text)) for what, text in found]


def _folders() -> list[Bad]:
    """Folders of the configuration."""
    found: list[tuple[str, Any]] = [
        ("results that are a file", lambda f: {"results": str(put(f / "results", ""))}),
        ("results below a file", lambda f: {"results": str(put(f / "results", "") / "of_me")}),
        ("results that are a pipe", lambda f: {"results": str(odd(f / "results", "pipe"))}),
        (
            "results behind a link that leads nowhere",
            lambda f: {"results": str(odd(f / "results", "nowhere"))},
        ),
        ("a run that is a file", lambda f: {"results": str(put(f / "a", "").parent), "run": "a"}),
        ("braces in a path", {"results": "out/{sample}"}),
        ("angle brackets in a path", {"results": "out/<results>"}),
        ("raw files that are a file", lambda f: {"raw": str(put(f / "raw", ""))}),
    ]
    return [Bad("Folders", what, BEFORE, partial(check, changes)) for what, changes in found]


def served(
    tell: Callable[[WebServer], None], ask: Callable[[str, Path], None], folder: Path
) -> None:
    """Ask a server that behaves badly."""
    with web_server() as server:
        tell(server)
        ask(server.address, folder)


def fetched(address: str, folder: Path, **options: Any) -> None:
    download(f"{address}/a.nc", folder / "a.nc", policy=QUICK, **options)


def catalogue(address: str, folder: Path) -> None:
    list_record("zenodo", address, "1", JsonClient(new_session(), QUICK, "MetaFlux"))


def answers(*steps: Any) -> Callable[[WebServer], None]:
    return lambda server: server.script.extend(steps)


def _downloads() -> list[Bad]:
    """What an archive may answer."""
    page = b"<!DOCTYPE html><html>log in</html>"
    chunks = b"10\r\n0123456789abcdef\r\n" * 9 + b"0\r\n\r\n"
    endless = says(200, chunks, Transfer_Encoding="chunked", Content_Length="")
    member = partial(extract_member, member="map.tif", label="Koppen-Geiger map")
    found: list[tuple[str, Callable[[Path], None]]] = [
        ("a page to log in", partial(served, answers(says(200, page)), fetched)),
        ("no such file", partial(served, answers(), fetched)),
        ("no right", partial(served, answers(says(403)), fetched)),
        ("nothing but failures", partial(served, answers(*[says(503)] * 9), fetched)),
        (
            "more than its catalogue states",
            partial(served, answers(endless), partial(fetched, size=100)),
        ),
        (
            "a redirect to a file of this machine",
            partial(served, answers(says(302, Location="file:///etc/passwd")), fetched),
        ),
        (
            "redirects without end",
            partial(served, answers(*[says(302, Location="/a.nc")] * 9), fetched),
        ),
        (
            "another content than its checksum",
            partial(
                served,
                answers(says(200, b"abc"), says(200, b"abc")),
                partial(fetched, checksum="md5:" + "0" * 32),
            ),
        ),
        ("lists in lists", partial(served, answers(says(200, b"[" * 99_999)), catalogue)),
        ("files of another form", partial(served, answers(says(200, b'{"files": 1}')), catalogue)),
        ("no file", partial(served, answers(says(200, b'{"files": []}')), catalogue)),
        (
            "a zip without the file",
            lambda f: member(put(f / "a.zip", zipped({"b": b""})), target=f / "map.tif"),
        ),
        (
            "a zip of zeros, packed 1,000 to 1",
            lambda f: member(
                put(f / "a.zip", zipped({"map.tif": bytes(50_000_000)})), target=f / "map.tif"
            ),
        ),
        (
            "(the configuration) a mirror without encryption",
            lambda f: base_address("zenodo", {"zenodo": "http://mirror.example"}),
        ),
    ]
    return [Bad("Downloads: the archive answers", what, "download", run) for what, run in found]


def rows() -> list[Bad]:
    """Return all bad inputs of this module."""
    return [*_values(), *_files(), *_folders(), *_downloads()]
