"""The documents say what the code does: keys, files, commands, links, deviations."""

from __future__ import annotations

import ast
import itertools
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from carbonscape.core.config import load_schema
from carbonscape.core.provenance import describe_run
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.series import build_site_series
from carbonscape.fluxes.quality.towers import filter_months
from carbonscape.fluxes.training.blend import blend_runs
from carbonscape.fluxes.training.folds import make_folds
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import read_entries
from carbonscape.training.array_archive import state_of_members, state_to_members
from helpers import source_tree
from helpers.documents import blocks, fragments, read, rows
from helpers.parsed_workflow import parsed_rules
from helpers.source_tree import LIBRARY, PROJECT, relative

DOCUMENTS = (
    "README.md",
    "config/README.md",
    *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")),
)
SCHEMA = PROJECT / "workflow/schemas/config.schema.yaml"

#: A file that docs/adapting.md tells the reader to write.
OF_THE_READER = {"mine.yaml"}

#: Files that the worked examples add.
OF_THE_EXAMPLES = {
    "workflow/carbonscape/models/ridge.py",
    "workflow/carbonscape/products/nee.py",
    "workflow/carbonscape/fluxes/figures/year_bars.py",
    "workflow/report/fluxes/year_bars.rst",
}


def schema_keys(schema: dict, path: str = "") -> Iterator[str]:
    """Yield the dotted path of every key and of every group of keys."""
    for key, part in schema.get("properties", {}).items():
        yield path + key
        yield from schema_keys(part, f"{path}{key}.")


KEYS = set(schema_keys(load_schema(SCHEMA)))


def is_key(text: str) -> bool:
    """Say whether a text names a key or a group of keys; a last * stands for any ending."""
    stem = text.removesuffix("*")
    return any(key.startswith(stem) for key in KEYS) if stem != text else text in KEYS


# --- configuration -----------------------------------------------------------------------------


def test_every_config_file_is_described() -> None:
    described = {cells[0].strip("`") for cells in rows(read("config/README.md"))}
    files = {path.name for path in (PROJECT / "config").glob("*.yaml")}
    assert "config.yaml" in files
    assert files <= described, f"config/README.md has no line on {sorted(files - described)}"
    gone = {name for name in described if name.endswith(".yaml")} - files
    assert not gone, f"config/README.md describes {sorted(gone)}, which are not there"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_keys_named_in_documents_exist(name: str) -> None:
    tops = "|".join(sorted({key.split(".")[0] for key in KEYS if "." in key}))
    named = {
        text for text in fragments(read(name)) if re.fullmatch(rf"(?:{tops})\.[\w.]+\*?", text)
    }
    # docs/adapting.md shows how to add a model and speaks of its keys.
    unknown = {key for key in named if not is_key(key) and ".ridge" not in key}
    assert not unknown, f"{name} names config keys that do not exist: {sorted(unknown)}"


# --- results -----------------------------------------------------------------------------------


ALL_OUTPUTS = [
    (rule, re.sub(r"\{(\w+)(?:,(?:[^{}]|\{[^{}]*\})*)?\}", r"<\1>", path))
    for rule, parts in parsed_rules().items()
    for path in parts["output"]
]


def described_files() -> list[tuple[str, str]]:
    """Return rule and path of every row of docs/outputs.md that describes a file."""
    return [
        (cells[1].strip("`"), cells[0].strip("`"))
        for cells in rows(read("docs/outputs.md"))
        if cells[0].startswith(("`results/", "`resources/")) and cells[1] != "`every rule`"
    ]


def stands_for(described: str, path: str) -> bool:
    """Say whether a path as described, with <names> for what varies, stands for a path."""
    parts = re.split(r"<\w+>", described.replace("<run>", "tiny"))
    return re.fullmatch("[^/]+".join(map(re.escape, parts)), path) is not None


def test_paths_with_names_for_what_varies_stand_for_paths() -> None:
    assert stands_for("results/<run>/maps/<tile>.nc", "results/tiny/maps/r0c0.nc")
    assert stands_for("results/<run>/gpp_<year>.nc", "results/tiny/gpp_<year>.nc")
    assert not stands_for("results/<run>/maps/<tile>.nc", "results/tiny/maps/r0c0/a.nc")
    assert not stands_for("results/<run>/maps/<tile>.nc", "results/tiny/maps/r0c0_nc")


def test_every_output_is_described_with_the_rule_that_writes_it() -> None:
    described = described_files()
    assert len(ALL_OUTPUTS) > 200, "hardly any output was found: this test looks in the wrong place"
    missing = [
        (rule, path)
        for rule, path in ALL_OUTPUTS
        if not any(name == rule and stands_for(text, path) for name, text in described)
    ]
    assert not missing, f"docs/outputs.md lacks (rule, file): {missing}"


def test_no_file_is_described_that_no_rule_writes() -> None:
    stale = [
        (name, text)
        for name, text in described_files()
        if not any(name == rule and stands_for(text, path) for rule, path in ALL_OUTPUTS)
    ]
    assert not stale, f"docs/outputs.md describes what no rule writes: {stale}"


def section(title: str) -> set[str]:
    """Return the first cells of the table below a heading of docs/outputs.md."""
    text = re.search(
        rf"^### `{re.escape(title)}`\n(.*?)(?=^#|\Z)", read("docs/outputs.md"), re.M | re.S
    )
    assert text, f"docs/outputs.md has no heading `{title}`"
    names = {cells[0].strip("`") for cells in rows(text.group(1))}
    return {name for name in names if set(name) != {"-"}} - {"name", "key"}


def one_site_of_predictors() -> pd.DataFrame:
    months = pd.DataFrame({"site": "AA-Bb1", "year": 2005, "month": range(1, 13)})
    return months.assign(LAI=1.0, T2M=280.0)


def test_every_variable_of_the_site_series_is_described() -> None:
    series = build_site_series(
        one_site_of_predictors(),
        pd.DataFrame({"site": ["AA-Bb1"], "igbp": ["GRA"]}),
        variables=["LAI", "T2M"],
        units={"LAI": "m2 m-2", "T2M": "K"},
        calendar=get_calendar("monthly"),
        max_gap_steps=0,
        climatology=False,
        lowest=False,
    )
    gridded = {"pft_esa_cci", "pft_class", "cover_year"}  # with the 8-day step only
    named = {str(name) for name in series.variables} | set(series.attrs) | gridded
    assert section("site_series.nc") == named


def test_every_key_of_the_folds_is_described() -> None:
    sites = pd.DataFrame({"site": ["AA-Bb1", "AA-Bb2"]})
    folds = make_folds(sites, n_folds=2, split=0, seed=1, stratify="none")
    assert section("folds.json") == set(folds)


def test_every_key_of_the_fences_is_described() -> None:
    flux = np.arange(1.0, 25.0)
    archive = pd.DataFrame({"site": "AA-Bb1", "year": 2005, "month": np.arange(24) % 12 + 1})
    archive["year"] += np.arange(24) // 12
    archive = archive.assign(gpp_nt=flux, gpp_dt=flux, reco_nt=1.0, nee=-flux, qc=1.0, file="a.csv")
    fences = filter_months(archive).fences
    inner = {key for value in fences.values() if isinstance(value, dict) for key in value}
    assert len(inner) > 5
    assert section("fences.json") == set(fences) | inner


def test_every_key_of_the_provenance_is_described() -> None:
    trained = describe_run(config={"model": "mlp"}, seed=1, inputs=[])
    of_blend = blend_runs([{**trained, "chosen": [], "warnings": []}], {})
    assert section("run.json") == {*of_blend, "importance"}
    script = read("workflow/scripts/crossvalidate_flux.py")
    added = re.search(r"write_json\(output\.run, \{\*\*run, (.+)\}\)", script).group(1)
    named = set(re.findall(r'"(\w+)":', added))
    assert named == ({*of_blend, "importance"}) - set(trained) - {"weights"}


# --- commands, files and links -----------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    lines = [text for text in fragments(read(name)) if re.match(r"make( |$)", text)]
    asked = {
        word for line in lines for word in shlex.split(line, comments=True)[1:] if "=" not in word
    }
    assert asked <= targets, f"{name} speaks of make {sorted(asked - targets)}"
    if name == "README.md":
        assert {"demo", "test", "env"} <= asked


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_of_commands_and_texts_exist(name: str) -> None:
    text = read(name)
    asked = set(re.findall(r"\b((?:config|envs|docs|resources/geography)/[\w.-]+\.\w+)", text))
    asked |= set(
        re.findall(r"\b(?:workflow|tests|profiles|\.ci)/[\w/.-]+\.(?:py|yaml|smk|rst)", text)
    )
    for line in fragments(text):
        words = line.split()
        if "snakemake" in words[:2] + [word.rpartition("/")[2] for word in words[:1]]:
            for option in ("--configfile", "-f"):
                if option in words:
                    after = words[words.index(option) + 1 :]
                    asked |= set(itertools.takewhile(lambda word: word.endswith(".yaml"), after))
    new = OF_THE_READER | OF_THE_EXAMPLES
    gone = sorted(path for path in asked - new if not (PROJECT / path).is_file())
    assert not gone, f"{name} names files that do not exist: {gone}"


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a Markdown file."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_local_links_lead_somewhere(name: str) -> None:
    file = PROJECT / name
    links = re.findall(r"\]\(([^)\s]+)\)", read(name))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    if name == "README.md":
        assert len(local) > 3
    for link in local:
        path, _, anchor = link.partition("#")
        target = file.parent / path if path else file
        assert target.exists(), f"{name} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(target), f"{name} links to {link}: no such heading"


def test_the_readme_has_its_first_screen_and_its_length() -> None:
    text = read("README.md")
    first = "\n".join(text.splitlines()[:45])
    for command in ("make demo", "make test", "--configfile config/towers.yaml"):
        assert command in first, f"the first screen of the README lacks '{command}'"
    assert len(text.splitlines()) <= 200
    assert "## Measured on the 206 FLUXNET2015 towers" in text


# --- deviations --------------------------------------------------------------------------------


def deviations() -> list[list[str]]:
    """Return the rows of the numbered decisions."""
    return [cells for cells in rows(read("docs/deviations.md")) if re.match(r"D\d", cells[0])]


def test_deviations_are_numbered_without_a_gap() -> None:
    found = deviations()
    assert len(found) > 10
    assert [cells[0] for cells in found] == [f"D{number + 1}" for number in range(len(found))]
    assert {len(cells) for cells in found} == {5}, "a deviation has not its five cells"


def test_the_keys_of_deviations_exist() -> None:
    for cells in deviations():
        group = ""
        for key in re.findall(r"`([^`]+)`", cells[4]):
            # The second key of a cell may leave out what it shares with the first.
            full = key if "." in key or not group else f"{group}.{key}"
            group = full.rpartition(".")[0]
            assert is_key(full), f"{cells[0]}: there is no config key '{full}'"


def test_deviations_that_are_cited_exist() -> None:
    numbers = {cells[0] for cells in deviations()}
    files = [SCHEMA, PROJECT / "resources/reported_values.csv", *map(PROJECT.joinpath, DOCUMENTS)]
    captions = sorted((PROJECT / "workflow/report").glob("*/*.rst"))
    files += [*captions, *(PROJECT / "workflow/report").glob("*.j2")]
    files += source_tree.python_files("workflow/carbonscape")
    for path in files:
        cited = set(re.findall(r"\bD\d+\b", path.read_text(encoding="utf-8")))
        assert cited <= numbers, f"{relative(path)} cites {sorted(cited - numbers)}"
    assert len(captions) > 5
    for path in captions:
        assert re.search(r"^Deviations? D\d+(, D\d+)*\.$", path.read_text("utf-8"), re.M), (
            f"{relative(path)} cites no deviation in a line 'Deviations D1, D2.'"
        )


# --- the worked example ------------------------------------------------------------------------


def test_the_model_of_the_worked_example_works(tmp_path: Path) -> None:
    source = next(b for b in blocks(read("docs/adapting.md"), "python") if "def build(" in b)
    (tmp_path / "ridge.py").write_text(source, encoding="utf-8")
    shutil.copy(LIBRARY / "models" / "mlp.py", tmp_path)
    found = read_entries(tmp_path)
    assert list(found) == ["mlp", "ridge"]
    entry = found["ridge"]
    assert (entry.name, entry.kind, entry.wings) == ("ridge", "estimator", ("fluxes",))
    module: dict[str, object] = {}
    exec(compile(source, "docs/adapting.md", "exec"), module)
    assert replace(module["ENTRY"], name="ridge") == entry
    # GPP is 3 LAI of the last month less 2 of the first: exact but for the small penalty.
    draw = np.random.default_rng(1)
    series = draw.normal(size=(60, 2, 1)).astype(np.float32)
    target = 3 * series[:, 1, 0].astype(float) - 2 * series[:, 0, 0]
    block = Block(series=series, context={}, month=np.full(60, 2), target=target)
    model = module["build"](Shape(steps=2, variables=1, classes={}), {"penalty": 1e-6})
    model.fit(block.take(np.arange(40)), 1)
    held_out = block.take(np.arange(40, 60))
    np.testing.assert_allclose(model.predict(held_out), held_out.target, atol=1e-4)
    # As it is kept for a map, and read again.
    again = module["build"](Shape(steps=2, variables=1, classes={}), {"penalty": 1e-6})
    again.restore(state_of_members(state_to_members(model.state())))
    np.testing.assert_array_equal(again.predict(held_out), model.predict(held_out))


def test_the_schema_of_the_worked_example_is_one() -> None:
    found = [block for block in blocks(read("docs/adapting.md"), "yaml") if "x-unit" in block]
    assert len(found) == 1
    part = yaml.safe_load(found[0])["ridge"]
    assert part["additionalProperties"] is False
    assert part["required"] == list(part["properties"]) == ["penalty"]


def test_python_in_documents_is_valid() -> None:
    for name in DOCUMENTS:
        for block in blocks(read(name), "python"):
            ast.parse(block)
