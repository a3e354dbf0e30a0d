"""Totals and maps of products of others: own grid, own mask, own years, worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.core import findings
from carbonscape.core.sphere import MODIS_RADIUS
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.maps import map_numbers
from carbonscape.products.registry import get_product
from helpers.other_products_made import centres, write_other
from helpers.synthetic_maps import write_classes, write_years

CELL, SHAPE = 30.0, (6, 12)
GLOBE = 4 * np.pi * MODIS_RADIUS**2
GPP = get_product("gpp")


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch):
    """One map of the run, NIES from 80 N to 60 S with a masked half, VPM of one year alone."""
    said: list = []
    monkeypatch.setattr(findings, "_state", said.append)
    classes = write_classes(tmp_path / "c.nc", np.ones(SHAPE), np.full(SHAPE, 10), CELL)
    ours = write_years(tmp_path / "mlp-igbp", np.full((24, *SHAPE), 1.0), range(2015, 2017), CELL)
    lat, lon = centres(20.0, north=80, south=-60)
    values = np.full((12, lat.size, lon.size), 2.0)
    values[:, :, :9] = np.nan
    values[5, 0] = np.nan
    others = write_other(tmp_path, "nies", {2015: values, 2016: 1.5 * values}, lat, lon)
    lat, lon = centres(15.0)
    year = np.full((12, lat.size, lon.size), 3.0)
    others += write_other(tmp_path, "vpm_gpp", {2015: year}, lat, lon)
    found = map_numbers(
        GPP, files_by_map(ours), classes, map_year=2016, others=files_by_map(others),
        asked=["nies", "vpm_gpp", "fluxcom"],
    )  # fmt: skip
    return found, said


def test_totals_are_over_the_own_mask_and_years(numbers) -> None:
    found, _ = numbers
    table = found.totals.set_index(["product", "year"])
    assert table.index.tolist() == [
        ("mlp-igbp", 2015), ("mlp-igbp", 2016), ("nies", 2015), ("nies", 2016), ("vpm_gpp", 2015),
    ]  # fmt: skip
    # Half of the globe from 60 N to 60 S: the row north of it has no June.
    half = 0.5 * GLOBE * np.sin(np.radians(60))
    row = table.loc[("nies", 2015)]
    assert row["total"] == pytest.approx(2 * 365 * half / 1e15)
    assert table.loc[("nies", 2016), "total"] == pytest.approx(3 * 366 * half / 1e15)
    assert row["cells"] == 6 * 9
    assert row["area"] == pytest.approx(half / 1e12)
    assert row["coverage"] == pytest.approx(np.sin(np.radians(60)) / 2)
    assert table.loc[("vpm_gpp", 2015), "total"] == pytest.approx(3 * 365 * GLOBE / 1e15)


def test_growth_is_of_the_own_years(numbers) -> None:
    growth = numbers[0].growth.set_index("product")
    half = 0.5 * GLOBE * np.sin(np.radians(60)) / 1e15
    assert growth.loc["nies", "growth"] == pytest.approx((3 * 366 - 2 * 365) * half)
    assert np.isnan(growth.loc["vpm_gpp", "growth"])


def test_maps_are_on_the_grid_of_the_run(numbers) -> None:
    found, said = numbers
    annual = found.annual["gpp"]
    assert annual["product"].values.tolist() == ["mlp-igbp", "nies"]
    nies = annual.sel(product="nies").values
    assert np.isnan(nies[:, :6]).all()
    np.testing.assert_allclose(nies[1:5, 6:], 3 * 366)
    lines = {line.item: line.reason for line in said}
    assert "no file of 2016, so that figure 11" in lines["vpm_gpp"]
    assert "any year from 2015 to 2016, so that figure 16" in lines["fluxcom"]
    assert len(said) == 2
