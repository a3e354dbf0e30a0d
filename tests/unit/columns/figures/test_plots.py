"""The plotting script on files: every figure of XCO2, as its row of the registry says."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import TableSchema, write_table
from carbonscape.figures import style
from carbonscape.figures.draw import draw_from_files
from carbonscape.figures.registry import drawn_together, figures_of, words_of
from helpers import xco2_tables as made
from helpers import xco2_windows as windows
from helpers.figures_made import DRAWN
from helpers.rules_made import rules_of
from helpers.xco2_spread_tables import spread as made_spread

TWO_YEARS = (2015, 2016)
SCRIPT = Path("workflow", "scripts", "plot.py")


def numbers() -> dict[str, Any]:
    """Return what lies below the results of XCO2, by path."""
    density, scores = made.pooled(2)
    seasons, season_scores = made.seasons()
    maps, truth, gap = made.truth()
    places, table = windows.hotspots()
    spread, months, groups, bins = made_spread()
    return {
        "figures/xco2_fig02.parquet": made.footprints(),
        "tccon/sites.csv": made.tccon_sites(2),
        "figures/xco2_fig05.parquet": seasons,
        "figures/xco2_fig05_scores.csv": season_scores,
        "scores/tccon_sites.csv": made.site_scores(2),
        "figures/xco2_fig06.parquet": density,
        "figures/xco2_fig06_scores.csv": scores,
        "scores/tccon_pairs.csv": made.pairs(2),
        "figures/xco2_fig08.csv": made.series(2),
        "figures/xco2_rules.csv": rules_of("xco2"),
        "figures/xco2_layers.csv": DRAWN["columns"]["network"]()["layers"],
        "scores/truth.csv": truth,
        "scores/truth_gap.csv": gap,
        "scores/validation.csv": made.validation(),
        "figures/xco2_annual.nc": made.annual(TWO_YEARS),
        "figures/xco2_trend.nc": made.trend(TWO_YEARS),
        "figures/xco2_anomaly.nc": made.anomaly(TWO_YEARS),
        "figures/xco2_truth.nc": maps,
        "figures/xco2_egg4.nc": made.beside_egg4(),
        "scores/kernel_sites.csv": made.kernel_sites(),
        "figures/xco2_fig13.nc": places,
        "scores/hotspots.csv": table,
        "figures/xco2_fig14.nc": windows.regions(),
        "figures/xco2_spread.nc": spread,
        "figures/xco2_spread_months.csv": months,
        "scores/spread_groups.csv": groups,
        "figures/xco2_spread_bins.csv": bins,
    }


def as_written(table: Any) -> TableSchema:
    """Return a schema of columns as they are, for tables that are checked where they are read."""
    return SimpleNamespace(check=lambda found, _: found)  # type: ignore[return-value]


def write_numbers(folder: Path) -> None:
    """Write the numbers of all figures of XCO2 below a folder."""
    for name, content in numbers().items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, xr.Dataset):
            content.to_netcdf(path)
        else:
            write_table(content, path, as_written(content))


class Params(dict):
    """Parameters of a rule, by name or as attributes."""

    __getattr__ = dict.__getitem__


def test_the_script_draws_every_figure_from_its_files(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = []
    monkeypatch.setattr(style, "save", lambda figure, **keywords: saved.append((figure, keywords)))
    write_numbers(tmp_path)
    land = str(project / "resources" / "geography" / "land_110m.geojson")
    read = set()
    for section, figures in drawn_together("xco2").items():
        files = {
            f"{figure.stem}_{keyword}": path
            for figure in figures
            for keyword, path in figure.files("xco2", str(tmp_path)).items()
        }
        read |= set(files.values())
        output = {
            f"{figure.stem}_{kind}": str(tmp_path / f"{figure.stem}.{kind}")
            for figure in figures
            for kind in ("png", "pdf")
        }
        told = {
            figure.stem: figure.params("xco2", simulated=True, shown=made.SHOWN)
            for figure in figures
        }
        snakemake = SimpleNamespace(
            input=Params(files, land=land),
            output=output,
            params=Params(words_of("xco2"), figures=told, dpi=40, region=None),
            log=[str(tmp_path / f"{section}.log")],
            rule=f"plot_xco2_{section}",
        )
        runpy.run_path(str(project / SCRIPT), init_globals={"snakemake": snakemake})
        for figure, (drawn, keywords) in zip(figures, saved, strict=True):
            kinds = {kind: output[f"{figure.stem}_{kind}"] for kind in ("png", "pdf")}
            assert keywords == {"dpi": 40, **kinds}
            assert len(drawn.axes) > 0, figure.stem  # an empty figure has no panel
        saved.clear()
    assert read == {str(tmp_path / name) for name in numbers()}


def test_a_table_or_map_of_another_form_is_refused(tmp_path: Path) -> None:
    write_numbers(tmp_path)
    figure = next(figure for figure in figures_of("xco2") if figure.stem == "fig08")
    params = figure.params("xco2", simulated=True, shown=made.SHOWN)
    files = {"series": tmp_path / "scores" / "truth.csv"}
    keywords = {"of": "xco2", "shown": made.SHOWN, "simulated": True}
    with pytest.raises(ResultError, match="not a monthly series"):
        draw_from_files(params["draw"], files, params["demands"], **keywords)
    files = {"series": tmp_path / "figures" / "xco2_trend.nc"}
    with pytest.raises(ResultError, match="has no variable median"):
        draw_from_files(params["draw"], files, {"series": ["median"]}, **keywords)


def test_a_schema_may_be_one_of_the_product_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carbonscape.columns.evaluation import tables

    asked = []

    def schema(product: str) -> TableSchema:
        asked.append(product)
        return tables.XCO2_FIG08

    monkeypatch.setattr(tables, "of_product", schema, raising=False)
    write_numbers(tmp_path)
    figure = draw_from_files(
        "carbonscape.columns.figures.tccon:draw_fig08",
        {"series": tmp_path / "figures" / "xco2_fig08.csv"},
        {"series": "carbonscape.columns.evaluation.tables:of_product"},
        of="xco2",
        shown=made.SHOWN,
        simulated=True,
    )
    assert asked == ["xco2"]
    assert figure.axes
