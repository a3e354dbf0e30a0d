"""Figure 14: what products of others share with fluorescence, on the grid of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.core import findings
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.other_sif import other_sif_numbers
from carbonscape.fluxes.evaluation.sif import sif_numbers
from carbonscape.products.registry import get_product
from helpers.other_products_made import centres, write_other
from helpers.synthetic_maps import grid, write_classes, write_years

CELL, SHAPE = 30.0, (6, 12)
GPP = get_product("gpp")
MONTHS = [f"2018-{month:02d}" for month in range(11, 13)] + ["2019-01", "2019-02"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch):
    """Correlate a map of the run and products of others that have twice the cells."""
    said: list = []
    monkeypatch.setattr(findings, "_state", said.append)
    sif = grid(CELL)[["lat", "lon"]].assign_coords(
        time=np.array([f"{month}-01" for month in MONTHS], "datetime64[ns]")
    )
    field = np.array([4.0, 4, 7, 6])[:, None, None] * np.ones((4, *SHAPE))
    sif["sif"] = (("time", "lat", "lon"), field.astype(np.float32))
    sif.to_netcdf(tmp_path / "sif.nc")
    climate = np.zeros(SHAPE)
    climate[0] = 1
    classes = write_classes(tmp_path / "classes.nc", climate, np.full(SHAPE, 10), CELL)
    ours = np.full((24, *SHAPE), 5.0)
    ours[10:14] = np.array([1.0, 2, 3, 5])[:, None, None]
    files = files_by_map(write_years(tmp_path / "mlp-igbp", ours, range(2018, 2020), CELL))

    def correlate(others: list[str], asked: list[str]):
        return (
            other_sif_numbers(
                GPP, files, files_by_map(others), tmp_path / "sif.nc", classes,
                asked=asked, min_months=3,
            ),
            sif_numbers(GPP, files, tmp_path / "sif.nc", classes, min_months=3),
            said,
        )  # fmt: skip

    return correlate


def year(numbers: dict[int, float], shape: tuple[int, int]) -> np.ndarray:
    """A year of 1 but in some months; cells differ, and their means are the numbers."""
    values = np.ones((12, *shape))
    for month, number in numbers.items():
        values[month - 1] = number
    # West and east halves of each cell of the run differ evenly.
    values[:, :, ::2] -= 0.5
    values[:, :, 1::2] += 0.5
    return values


def test_r_of_a_product_of_others_is_that_of_its_mean_in_the_cell(run, tmp_path) -> None:
    lat, lon = centres(15.0)
    years = {2018: year({11: 1, 12: 2}, (12, 24)), 2019: year({1: 3, 2: 5}, (12, 24))}
    # The north has no value.
    years[2018][:, :2] = years[2019][:, :2] = np.nan
    paths = write_other(tmp_path, "nies", years, lat, lon)
    numbers, own, _ = run(paths, ["nies"])
    r = np.corrcoef([1, 2, 3, 5], [4, 4, 7, 6])[0, 1]
    assert numbers.maps["product"].values.tolist() == ["mlp-igbp", "nies"]
    found = numbers.maps["r"].sel(product="nies").values
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1:], r, rtol=1e-5)
    table = numbers.climates.set_index(["product", "climate"])
    assert table.loc[("nies", "tropical"), "cells"] == 0
    assert table.loc[("nies", "all"), "r"] == pytest.approx(r, abs=1e-5)
    # Ours are those of figure 8.
    assert table.loc[("mlp-igbp", "all")].equals(
        own.climates.set_index(["product", "climate"]).loc[("mlp-igbp", "all")]
    )


def test_too_few_months_leave_a_product_out_with_a_line(run, tmp_path) -> None:
    lat, lon = centres(15.0)
    paths = write_other(tmp_path, "nirv_gpp", {2018: year({}, (12, 24))}, lat, lon)
    numbers, _, said = run(paths, ["nirv_gpp", "vpm_gpp"])
    assert numbers.maps["product"].values.tolist() == ["mlp-igbp"]
    assert [line.item for line in said] == ["nirv_gpp", "vpm_gpp"]
    assert "needs 3 months with fluorescence (2018-11 to 2019-02)" in said[0].reason
    assert said[0].reason.count("have 2;") == 1
    assert "have 0;" in said[1].reason
