"""The documents say what the code does: keys, files, columns, commands, links, deviations."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from carbonscape.core.config import document, load_schema
from carbonscape.core.provenance import describe_run
from carbonscape.core.tables import TableSchema
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.series import build_site_series
from carbonscape.fluxes.quality.towers import filter_months
from carbonscape.fluxes.training.blend import blend_runs
from carbonscape.fluxes.training.folds import make_folds
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import read_entries
from carbonscape.sources.columns import GASES, YEARLY, XCO2Files
from carbonscape.sources.fluxes import RawFiles
from helpers import source_tree
from helpers.source_tree import LIBRARY, PROJECT, RULES, relative

DOCUMENTS = (
    "README.md",
    "config/README.md",
    "docs/outputs.md",
    "docs/adapting.md",
    "docs/deviations.md",
    "docs/readers.md",
    "docs/simulated_earth.md",
)
SCHEMA = PROJECT / "workflow/schemas/config.schema.yaml"

#: Stands for any year of a simulated archive; CAMS-EGG4 has none later.
YEAR = 2020

#: A file that docs/adapting.md tells the reader to write.
OF_THE_READER = {"mine.yaml"}


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


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


def blocks(text: str, language: str = "") -> list[str]:
    """Return the fenced blocks of a Markdown text, of one language or of all."""
    return re.findall(rf"^```{language or '[a-z]*'}\n(.*?)^```$", text, re.M | re.S)


def fragments(text: str) -> list[str]:
    """Return what a Markdown text sets as code: lines of blocks, and code within a line."""
    lines = [line.strip() for block in blocks(text) for line in block.splitlines()]
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    lines += [line.strip() for line in re.findall(r"^ {4}(.+)$", rest, re.M)]
    return [*lines, *re.findall(r"`([^`]+)`", rest)]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every Markdown table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# --- configuration -----------------------------------------------------------------------------


def test_the_table_of_keys_is_the_one_made_from_the_schema() -> None:
    written = read("config/README.md").split("<!-- keys -->\n")[1].split("<!-- /keys -->")[0]
    made = document(load_schema(SCHEMA), yaml.safe_load(read("config/config.yaml")))
    assert len(made.splitlines()) > 40
    assert written.strip() == made.strip(), (
        "the table of config/README.md is not the one that this makes: python -m "
        "carbonscape.core.config workflow/schemas/config.schema.yaml config/config.yaml"
    )


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


def table_schemas() -> dict[str, TableSchema]:
    """Return every schema of the library by its Python name."""
    found = {}
    for path in source_tree.python_files("workflow/carbonscape"):
        if re.search(r"^[A-Z_0-9]+ = TableSchema\(", path.read_text(encoding="utf-8"), re.M):
            name = ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
            module = vars(importlib.import_module(name))
            found |= {key: v for key, v in module.items() if isinstance(v, TableSchema)}
    assert len(found) > 10, "hardly any schema was found: this test looks in the wrong place"
    return found


def schema_table(schema: TableSchema) -> str:
    """Return what docs/outputs.md has to say of a table: what a row is, and every column."""
    key = ", ".join(f"`{name}`" for name in schema.key)
    lines = [f"One row: {key}.", "", "| column | kind | unit | meaning |", "|---|---|---|---|"]
    for column in schema.columns:
        kind = column.kind + (", may be missing" if column.missing else "")
        meaning = column.meaning.replace("|", r"\|")
        lines.append(f"| `{column.name}` | {kind} | {column.unit} | {meaning} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", sorted(table_schemas()))
def test_every_column_of_every_table_is_described(name: str) -> None:
    expected = schema_table(table_schemas()[name])
    assert expected in read("docs/outputs.md"), (
        f"docs/outputs.md has no such description of the {name} table:\n\n{expected}"
    )


def constants() -> dict[str, object]:
    """Return the names that stand for paths in the rules, with <run> for the run's name."""
    names: dict[str, object] = {
        "config": {"run": "<run>", "results": "results"},
        "SIMULATED_RAW": RawFiles(Path("resources/raw/simulated/<run>")),
        "SIF_DAYS": ["resources/raw/simulated/<run>/tropomi_sif/TROPOSIF_L2B_<day>.nc"],
        "TRUTH": "resources/truth/<run>",
        "SIMULATED_YEARS": [YEAR],
        "YEARLY": YEARLY,
        "XCO2_SPAN": SimpleNamespace(years=[YEAR], feature_years=[YEAR]),
        "XCO2_SIMULATED_RAW": XCO2Files(Path("resources/raw/simulated/<run>")),
        "XCO2_GASES_BEGIN": dict.fromkeys(GASES, f"{YEAR}-01"),
        "XCO2_GRANULES": {
            name: [f"resources/raw/simulated/<run>/{name}/{name}_LtCO2_<day>_<build>.nc4"]
            for name in ("oco2", "oco3")
        },
        "XCO2_TCCON": ["resources/raw/simulated/<run>/tccon/<site>.nc"],
        "PRODUCT_YEARS": ["<year>"],
    }
    wanted = "RESULTS|GPP|XCO2|XCO2_FIGURE_DATA|FIGURES|FIGURE_DATA|FEATURE_FILES|CROSSVAL_FIGURES"
    pattern = rf"^({wanted}) = ((?:\(.*?^\))|.*?$)"
    first = [RULES / name for name in ("common.smk", "columns/common.smk", "columns/evaluate.smk")]
    files = sorted(RULES.rglob("*.smk"))
    files = [*first, *(path for path in files if path not in first)]
    for file in files:
        for name, value in re.findall(pattern, file.read_text("utf-8"), re.M | re.S):
            names[name] = eval(value, {}, names)
    return names


def expand(pattern: str, **values: object) -> list[str]:
    """Stand in for Snakemake's function: every combination of the values."""
    lists = [[value] if isinstance(value, str) else value for value in values.values()]
    return [
        pattern.format(**dict(zip(values, chosen, strict=True)))
        for chosen in itertools.product(*lists)
    ]


def collect(*positional: object, **named: object) -> list[str]:
    """Return the outputs that the arguments of an ``output:`` name."""
    found = []
    for value in [*positional, *named.values()]:
        found += [value] if isinstance(value, str) else value
    return found


def outputs(rule: source_tree.Rule) -> list[str]:
    """Return the paths that a rule writes, wildcards as <wildcard>."""
    block = re.search(r"^    output:\n((?:(?: {8}.*)?\n)+)", rule.text, re.M)
    if block is None:
        return []
    names = {**constants(), "expand": expand, "collect": collect}
    names |= {"touch": lambda path: path, "report": lambda path, **_: path}
    paths = eval(f"collect(\n{block.group(1)})", names)
    found = [
        re.sub(r"\{(\w+)\}", r"<\1>", path.replace("{{", "{").replace("}}", "}")) for path in paths
    ]
    months = [re.sub(rf"(?:{YEAR}|{YEAR + 1})_\d\d\b", "<year>_<month>", path) for path in found]
    return sorted({path.replace(str(YEAR), "<year>") for path in months})


ALL_OUTPUTS = [(rule.name, path) for rule in source_tree.rules() for path in outputs(rule)]


def test_outputs_are_read_from_the_rules() -> None:
    # Four forms: plain, with a wildcard, expanded, wrapped.
    assert ("filter_towers", "results/<run>/gpp/towers/fences.json") in ALL_OUTPUTS
    wildcards = "results/<run>/gpp/crossval/<scheme>/<window>-<pft>-<model>.run.json"
    assert ("crossvalidate_gpp", wildcards) in ALL_OUTPUTS
    assert ("blend_gpp", wildcards) in ALL_OUTPUTS
    assert ("evaluate_gpp_crossval", "results/<run>/gpp/figures/gpp_scatter.csv") in ALL_OUTPUTS
    assert ("plot_gpp_fig01", "results/<run>/figures/gpp_fig01.png") in ALL_OUTPUTS
    silent = {rule.name for rule in source_tree.script_rules()} - {name for name, _ in ALL_OUTPUTS}
    assert not silent, f"no output was found for the rules {sorted(silent)}"


def test_every_output_is_described_with_the_rule_that_writes_it() -> None:
    described = {
        (cells[1].strip("`"), cells[0].strip("`"))
        for cells in rows(read("docs/outputs.md"))
        if cells[0].startswith(("`results/", "`resources/"))
    }
    missing = sorted(set(ALL_OUTPUTS) - described)
    assert not missing, f"docs/outputs.md lacks (rule, file): {missing}"
    stale = {entry for entry in described - set(ALL_OUTPUTS) if entry[0] != "every rule"}
    assert not stale, f"docs/outputs.md describes what no rule writes: {sorted(stale)}"


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
    assert section("run.json") == set(of_blend)
    script = read("workflow/scripts/crossvalidate_gpp.py")
    added = re.search(r"write_json\(output\.run, \{\*\*run, (.+)\}\)", script).group(1)
    assert set(re.findall(r'"(\w+)":', added)) == set(of_blend) - set(trained)


# --- commands, files and links -----------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
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
    new = OF_THE_READER | {"workflow/carbonscape/models/ridge.py"}
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
    captions = sorted((PROJECT / "workflow/report").glob("*.rst"))
    files += [*captions, PROJECT / "workflow/report/report.html.j2"]
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
