"""Every figure, drawn from small tables: what it shows, its bytes, and that no text is covered."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from carbonscape.core.classes import CLIMATES
from carbonscape.figures import style
from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.figures import costs as gpp_costs
from carbonscape.fluxes.figures import crossval as gpp_crossval
from carbonscape.fluxes.figures import differences as gpp_differences
from carbonscape.fluxes.figures import holdouts as gpp_holdouts
from carbonscape.fluxes.figures import sites as gpp_sites
from carbonscape.fluxes.figures import towers as gpp_towers
from carbonscape.products.registry import get_product
from helpers.drawing import drawn_texts, require_readable, words, written
from helpers.score_tables import (
    FULL,
    MODELS,
    PAPER,
    SMALL,
    by_climate,
    by_month,
    by_quantity,
    costs,
    cycles,
    differences,
    distribution,
    holdouts,
    scatter,
    summary,
    towers,
)

GPP, RECO = get_product("gpp"), get_product("reco")
REAL = {"product": GPP, "simulated": False}


@pytest.fixture(scope="module")
def land(project: Path) -> list[np.ndarray]:
    return land_rings(project / "resources" / "geography" / "land_110m.geojson")


#: Each figure from the tables of the smallest run and from those of the paper's matrix.
FIGURES = {
    "fig04": lambda matrix: gpp_crossval.draw_fig04(summary(**matrix), **REAL),
    "fig05": lambda matrix: gpp_crossval.draw_fig05(by_climate(**matrix), product=GPP),
    "fig06": lambda matrix: gpp_crossval.draw_fig06(by_climate(**matrix), product=GPP),
    "quantities": lambda matrix: gpp_crossval.draw_quantities(by_quantity(**matrix), product=GPP),
    "differences": lambda matrix: gpp_differences.draw_differences(differences(**matrix)),
    "holdouts": lambda matrix: gpp_holdouts.draw_holdouts(holdouts(matrix["models"]), product=GPP),
    "costs": lambda matrix: gpp_costs.draw_costs(costs(matrix["models"]), product=GPP),
    "monthly_scores": lambda matrix: gpp_crossval.draw_monthly_scores(
        by_month(matrix["models"]), product=GPP
    ),
    "scatter": lambda matrix: gpp_sites.draw_scatter(scatter(matrix["models"]), product=GPP),
    "seasonal_cycle": lambda matrix: gpp_sites.draw_seasonal_cycle(
        cycles(matrix["models"], climates=CLIMATES if matrix["models"] else ()), product=GPP
    ),
    "site_scores": lambda matrix: gpp_sites.draw_site_scores(
        distribution(matrix["models"]), product=GPP
    ),
}


# --- helpers -----------------------------------------------------------------------------------


def colors_of(figure: Figure) -> set[str]:
    """The colours of all lines of the panels (legends not counted)."""
    return {str(line.get_color()) for ax in figure.axes for line in ax.lines}


# --- every figure ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("matrix", [SMALL, PAPER, FULL], ids=["small", "paper", "full"])
def test_no_text_is_covered_or_cut_off(name, matrix, monkeypatch):
    require_readable(FIGURES[name](matrix), monkeypatch)


@pytest.mark.parametrize("name", FIGURES)
def test_every_model_is_named_and_drawn(name, monkeypatch):
    figure = FIGURES[name](FULL)
    text = words(figure, monkeypatch)
    for model in MODELS:
        assert style.label(model) in text
    if name not in ("scatter", "holdouts"):
        assert {style.model_styles(MODELS)[model].color for model in MODELS} <= colors_of(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_png_and_a_pdf_of_the_same_bytes_each_time(name, tmp_path):
    first = written(FIGURES[name](SMALL), tmp_path, "first")
    assert first[0].startswith(b"\x89PNG")
    assert first[1].startswith(b"%PDF")
    assert len(first[0]) > 5_000
    assert written(FIGURES[name](SMALL), tmp_path, "second") == first
    assert b"CreationDate" not in first[1]
    assert b"matplotlib" not in first[0].lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "first.pdf",
        "first.png",
        "second.pdf",
        "second.png",
    ]


def test_the_bytes_do_not_hang_on_the_process(tmp_path):
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "import test_figures as t\n"
        "t.written(t.FIGURES['seasonal_cycle'](t.PAPER), Path(sys.argv[1]))"
    )
    folders = [tmp_path / "one", tmp_path / "two"]
    paths = [str(Path(__file__).parent), *sys.path]
    for seed, folder in enumerate(folders, start=1):
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": str(seed)}
        subprocess.run(
            [sys.executable, "-c", code, str(folder), *paths], check=True, env=environment
        )
    for name in ("figure.png", "figure.pdf"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_run_without_such_numbers_says_so(name, monkeypatch, tmp_path):
    none = {"models": (), "pfts": (), "windows": ()}
    figure = FIGURES[name](none)
    assert "Nothing to show" in words(figure, monkeypatch)
    assert written(figure, tmp_path)[0].startswith(b"\x89PNG")


def test_the_style_does_not_hang_on_the_users_own(tmp_path):
    expected = written(FIGURES["fig04"](SMALL), tmp_path)
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "black", "savefig.dpi": 300}):
        assert written(FIGURES["fig04"](SMALL), tmp_path) == expected
        assert matplotlib.rcParams["font.size"] == 20


# --- single figures ----------------------------------------------------------------------------


def test_fig01_counts_and_shows_every_site(land, monkeypatch, tmp_path):
    table, classes = towers()
    figure = gpp_towers.draw_fig01(table, classes, land=land)
    text = words(figure, monkeypatch)
    for part in (
        "Sites (40)",
        "Arid (8)",
        "hollow: no samples (2)",
        "10,000 (100)",
        "WAT",
        "Europe",
    ):
        assert part in text
    world = figure.axes[0]
    assert sum(len(points.get_offsets()) for points in world.collections) == 40
    hollow = [c for c in world.collections if c.get_facecolor().size == 0]
    assert sum(len(points.get_offsets()) for points in hollow) == 2
    assert "Europe" in text
    assert written(figure, tmp_path)[0].startswith(b"\x89PNG")


def test_fig01_without_a_crowd_in_europe_has_no_inset(land, monkeypatch):
    table, classes = towers()
    figure = gpp_towers.draw_fig01(table.iloc[18:], classes, land=land)
    assert "Europe" not in words(figure, monkeypatch)


def test_fig01_texts_are_not_covered(land, monkeypatch):
    figure = gpp_towers.draw_fig01(*towers(), land=land)
    texts = drawn_texts(figure, monkeypatch)
    for (one, a), (two, b) in itertools.combinations(texts.items(), 2):
        overlap = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
        assert overlap.min() < 0.5, f"{one.get_text()!r} covers {two.get_text()!r}"


def test_the_scatter_has_each_count_in_its_bin_and_prints_the_scores(monkeypatch):
    table = scatter(("mlp",))
    figure = gpp_sites.draw_scatter(table, product=GPP)
    text = words(figure, monkeypatch)
    for part in ("R² = 0.768", "RMSE = 1.90", "bias = 0.00", "n = 1,234", "1:1"):
        assert part in text
    mesh = figure.axes[0].collections[0]
    counts = mesh.get_array()
    corners = mesh.get_coordinates()
    assert counts.sum() == table["count"].sum()
    row, column = np.argwhere(counts == table["count"].iloc[7])[0]
    place = table.iloc[7]
    assert tuple(corners[row, column]) == (place["observed"], place["predicted"])
    diagonal = figure.axes[0].lines[0]
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata())
    assert figure.axes[0].get_xlim() == figure.axes[0].get_ylim()


def test_seasonal_cycles_show_observations_models_and_sites(monkeypatch):
    table = cycles(("mlp",), climates=("arid", "polar"))
    figure = gpp_sites.draw_seasonal_cycle(table, product=GPP)
    text = words(figure, monkeypatch)
    assert "Arid (4–15 sites)" in text
    assert "southern sites shifted by six months" in text
    assert [len(ax.lines) for ax in figure.axes[:2]] == [2, 2]
    band = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    observed = table[(table["series"] == "observed") & (table["climate"] == "arid")]
    assert band.min() == pytest.approx(observed["q25"].min())
    assert band.max() == pytest.approx(observed["q75"].max())


def test_site_scores_rise_to_all_sites():
    figure = gpp_sites.draw_site_scores(distribution(("mlp",)), product=GPP)
    r2, _ = figure.axes
    assert list(r2.lines[0].get_ydata()) == pytest.approx([5 * n for n in range(1, 21)])
    assert r2.get_xlim() == (-1, 1)


def test_the_experiment_is_written_above_the_panels(monkeypatch):
    text = words(gpp_sites.draw_scatter(scatter(("mlp",)), product=GPP), monkeypatch)
    assert "January to month M, IGBP, site split 0" in text


# --- style -------------------------------------------------------------------------------------


def test_models_look_the_same_whoever_is_beside_them():
    alone = style.model_styles(["xgboost"])["xgboost"]
    assert style.model_styles(["my_model", *MODELS])["xgboost"] == alone
    looks = style.model_styles([*MODELS, "my_model", "their_model"])
    assert len({look.color for look in looks.values()}) == 14
    assert len({look.marker for look in looks.values()}) == 14
    assert len({str(look.line) for look in style.model_styles(MODELS).values()}) >= 10
    assert list(looks)[:2] == ["fluxformer", "lstm"]
    assert list(looks)[-2:] == ["my_model", "their_model"]


def test_names_have_labels():
    assert style.label("fluxformer_annual") == "Annual FluxFormer"
    assert style.label("random_forest") == "Random forest"
    assert style.label("igbp_esa_cci") == "IGBP + ESA-CCI"
    assert style.label("tropical") == "Tropical"
    assert style.label("my_own_model") == "My own model"
    assert style.ordered(["12m", "jan_to_m", "zz", "1m"]) == ["jan_to_m", "1m", "12m", "zz"]
    assert style.number(-0.004) == "0.00"
    assert style.number(-1.26, decimals=1) == "−1.3"


def test_units_have_raised_exponents():
    assert style.unit_text("gC m-2 d-1") == "gC m⁻² d⁻¹"
    assert style.unit_text("ppm") == "ppm"
    assert style.score_names("ppm yr-1") == {"r2": "R²", "rmse": "RMSE (ppm yr⁻¹)"}


def test_another_flux_is_named_and_measured_as_itself(monkeypatch):
    for name, figure in (
        ("quantities", gpp_crossval.draw_quantities(by_quantity(**PAPER), product=RECO)),
        ("fig05", gpp_crossval.draw_fig05(by_climate(**PAPER), product=RECO)),
        ("scatter", gpp_sites.draw_scatter(scatter(PAPER["models"]), product=RECO)),
        ("costs", gpp_costs.draw_costs(costs(PAPER["models"]), product=RECO)),
    ):
        text = words(figure, monkeypatch)
        assert "RECO" in text, name
        assert "GPP" not in text, name


def test_texts_above_a_figure_begin_a_new_line_where_they_have_no_room() -> None:
    figure = style.new_figure(height=1.0)
    style.say_above(figure, "a " * 40 + "b", "c " * 20 + "stand-ins", simulated=True)
    first, second = figure.get_suptitle().split("\n")
    assert (first[:17], first[-2:], second[-9:]) == ("Simulated Earth; ", "b;", "stand-ins")
