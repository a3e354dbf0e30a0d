"""The registry of figures: each row has its drawing, its numbers, its caption and its place."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from carbonscape.core.dependencies import library_files
from carbonscape.core.tables import TableSchema
from carbonscape.figures.registry import (
    NEEDS,
    Figure,
    Numbers,
    drawn_together,
    figures_of,
    figures_of_wing,
    sections_of,
    words_of,
)
from carbonscape.products.registry import get_product, product_names
from carbonscape.report.page import render_caption
from helpers.drawing import words
from helpers.source_tree import LIBRARY, PROJECT

REPORT = PROJECT / "workflow" / "report"
ROWS = [(wing, row) for wing in ("fluxes", "columns") for row in figures_of_wing(wing)]
NAMES = [f"{wing}-{row.stem}" for wing, row in ROWS]

#: What a figure of each product is drawn of, whose caption must be right.
DRAWN = [
    (product, row)
    for product in product_names()
    for row in figures_of(
        product, NEEDS if get_product(product).fluorescence else NEEDS - {"fluorescence"}
    )
]
DRAWN_NAMES = [row.name(product) for product, row in DRAWN]


def load(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


@pytest.fixture(scope="module")
def config() -> dict:
    """The default configuration, in which every flux has the section of GPP."""
    found = yaml.safe_load((PROJECT / "config" / "config.yaml").read_text(encoding="utf-8"))
    return {"reco": found["gpp"]} | found


# --- rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wing", "row"), ROWS, ids=NAMES)
def test_a_row_names_a_drawing_that_takes_what_it_is_given(wing: str, row: Figure) -> None:
    assert row.draw.startswith(f"carbonscape.{wing}.figures.")
    taken = inspect.signature(load(row.draw)).parameters
    needed = {name for name, one in taken.items() if one.default is inspect.Parameter.empty}
    given = {*row.inputs, *row.passes}
    assert needed <= given <= set(taken)
    for numbers in row.inputs.values():
        table = Path(numbers.path).suffix in (".csv", ".parquet")
        assert bool(numbers.schema) is table
        assert bool(numbers.variables) is not table
        if table:
            assert isinstance(load(numbers.schema), TableSchema) or callable(load(numbers.schema))


def test_rows_and_captions_belong_together() -> None:
    for wing in ("fluxes", "columns"):
        stems = [row.stem for row in figures_of_wing(wing)]
        assert len(stems) == len(set(stems)) >= 12
        assert sorted(stems) == sorted(path.stem for path in (REPORT / wing).glob("*.rst"))


def test_every_section_has_its_place_in_the_page_of_the_wing() -> None:
    for wing in ("fluxes", "columns"):
        page = (REPORT / f"{wing}.html.j2").read_text(encoding="utf-8")
        shown = re.findall(r"pictures\(sections\.(\w+)[ )]", page)
        sections = [row.section for row in figures_of_wing(wing)]
        assert list(dict.fromkeys(sections)) == shown
        # Rows of one section stand together: their order is that of the report.
        assert sections == sorted(sections, key=shown.index)


def test_figures_are_left_out_where_a_run_lacks_what_they_need() -> None:
    stems = {row.stem for row in figures_of("gpp", ())}
    assert {"fig01", "fig04", "costs"} <= stems
    assert not stems & {"fig11", "fig08", "truth_map", "holdouts"}
    one_year = {row.stem for row in figures_of("reco", {"maps", "truth", "holdouts"})}
    with_maps = {row.stem for row in figures_of("reco", {"maps", "years", "truth", "holdouts"})}
    assert with_maps - one_year == {"fig07", "fig13", "fig16b"}
    gpp_alone = {"fig08", "fig09", "fig14", "authors", "importance", "applicability"}
    assert {row.stem for row in figures_of("gpp")} - with_maps == gpp_alone
    sections = sections_of("gpp", {"maps", "years"})
    assert sections["truth"] == sections["holdouts"] == []
    shown = ["fig11", "fig12", "figa1", "fig07", "fig10", "fig13", "fig15", "fig16a", "fig16b"]
    assert sections["maps"] == [f"gpp_{stem}" for stem in shown]
    assert list(sections) == list(sections_of("reco"))


def test_every_figure_is_drawn_with_those_of_its_section() -> None:
    drawn = drawn_together("gpp", {"maps", "years"})
    assert "truth" not in drawn
    assert "holdouts" not in drawn
    sections = sections_of("gpp", {"maps", "years"})
    names = {part: [row.name("gpp") for row in rows] for part, rows in drawn.items()}
    assert names == {part: found for part, found in sections.items() if found}


def test_names_and_paths_are_those_of_the_product() -> None:
    row = next(row for row in figures_of_wing("fluxes") if row.stem == "fig11")
    assert row.name("reco") == "reco_fig11"
    assert row.files("reco", "results/x/reco") == {"annual": "results/x/reco/figures/reco_fig11.nc"}
    params = row.params("reco", simulated=True, shown="fluxformer-igbp")
    assert params["demands"] == {"annual": ["reco"]}
    assert params["simulated"] is True
    assert "shown" not in params


def test_a_row_with_an_unknown_need_is_refused() -> None:
    numbers = {"rows": Numbers("x.csv", "a:B")}
    with pytest.raises(ValueError, match="figure x: unknown mapps"):
        Figure("x", "a:b", "maps", numbers, needs=frozenset({"mapps"}))
    with pytest.raises(ValueError, match="figure x: unknown lands"):
        Figure("x", "a:b", "maps", numbers, passes=frozenset({"lands"}))


def test_the_snakefile_can_read_the_rows_without_any_other_package() -> None:
    code = (
        "import sys\n"
        "from carbonscape.figures.registry import figures_of\n"
        "assert figures_of('gpp') and figures_of('xco2')\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(LIBRARY.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(eval(done.stdout)) - {"carbonscape", "__main__"}
    assert loaded <= set(sys.stdlib_module_names), loaded - set(sys.stdlib_module_names)


# --- what an edit redraws ----------------------------------------------------------------------


@pytest.mark.parametrize(("wing", "row"), ROWS, ids=NAMES)
def test_a_figure_is_drawn_anew_for_its_own_drawing_and_tables(wing: str, row: Figure) -> None:
    script = PROJECT / "workflow" / "scripts" / "plot.py"
    files = {Path(file).relative_to(LIBRARY) for file in library_files(script, modules=row.modules)}
    named = {Path(*module.split(".")[1:]).with_suffix(".py") for module in row.modules}
    named -= {Path("columns", "tables.py")}  # the wording of columns reruns nothing
    assert named <= files
    rooms = {file.parts[:2] if file.parts[0] in ("fluxes", "columns") else file.parts[0]
             for file in files}  # fmt: skip
    other = {"fluxes": "columns", "columns": "fluxes"}[wing]
    assert not [room for room in rooms if isinstance(room, tuple) and room[0] == other]
    learnt = {"training", "prediction", "simulate"}
    assert not learnt & {room if isinstance(room, str) else room[1] for room in rooms}
    # Adding or editing a row draws no other figure.
    assert not [file for file in files if file.parts[-2:] == ("figures", "registry.py")]


def test_a_module_that_is_not_there_is_refused() -> None:
    script = PROJECT / "workflow" / "scripts" / "plot.py"
    with pytest.raises(ValueError, match=r"no module 'carbonscape\.nowhere'"):
        library_files(script, modules=["carbonscape.nowhere"])


# --- captions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("product", "row"), DRAWN, ids=DRAWN_NAMES)
@pytest.mark.parametrize("archive", ["real", "simulated"])
def test_captions_say_what_is_shown_and_whether_it_is_real(
    product: str, row: Figure, archive: str, config: dict
) -> None:
    described = get_product(product)
    text = (REPORT / described.wing / f"{row.stem}.rst").read_text(encoding="utf-8")
    said = render_caption(text, config | {"archive": archive}, words_of(product))
    assert len(said) > 300
    assert said.count("<strong>") == 1
    assert "problematic" not in said
    assert "{" not in said
    assert re.search(r"Deviations D\d+", said)
    assert ("simulated" in said) is (archive == "simulated" or "truth" in row.needs)
    if not described.reported:
        assert "paper" not in said
        assert "GPP" not in said
        return
    assert f"{described.label} paper" in said
    if row.stem.startswith("fig"):
        number = row.stem.removeprefix("fig").lstrip("0")
        assert re.search(rf"figure {number}\b", said, re.IGNORECASE)


def test_the_years_of_maps_are_those_of_the_configuration(config: dict) -> None:
    config = config | {"figures": config["figures"] | {"map_year": 1999}, "archive": "simulated"}
    for stem in ("fig11", "truth_map"):
        text = (REPORT / "fluxes" / f"{stem}.rst").read_text(encoding="utf-8")
        assert "GPP of 1999" in re.sub("<.+?>", "", render_caption(text, config, words_of("gpp")))


# --- the worked example of docs/adapting.md ----------------------------------------------------


def test_the_figure_of_the_worked_example_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (PROJECT / "docs" / "adapting.md").read_text(encoding="utf-8")
    text = re.search(r"^## Own figure\n(.+?)^## ", text, re.M | re.S).group(1)
    row, module, caption = re.findall(r"^```(?:python)?\n(.+?)^```$", text, re.M | re.S)
    names = vars(importlib.import_module("carbonscape.fluxes.figures.registry"))
    figure = eval(row, dict(names))
    drawing: dict = {}
    exec(compile(module, "docs/adapting.md", "exec"), drawing)
    assert figure.draw.endswith(f".{figure.stem}:draw_{figure.stem}")
    (numbers,) = figure.inputs.values()
    table = pd.DataFrame(
        {"product": ["mlp-igbp"] * 2, "year": [2001, 2002], "total": [100.0, 120.0], "cells": 9}
    ).assign(area=1.0, coverage=1.0, vegetated_total=90.0)
    table = load(numbers.schema).check(table, "test")
    keywords = {"product": get_product("reco"), "simulated": True}
    assert set(keywords) == figure.passes
    said = words(drawing["draw_year_bars"](table, **keywords), monkeypatch)
    assert "RECO (PgC yr⁻¹)" in said
    assert "Simulated Earth" in said
    page = render_caption(caption, {"archive": "real"}, words_of("reco"))
    assert "<strong>Annual totals of RECO as bars</strong>" in page
    assert "ecosystem respiration" in page
