"""Interannual variability of products of others: of what their years sum to in our cells."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.findings import collected
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.variability import variability_numbers
from carbonscape.products.registry import get_product
from helpers.other_products_made import centres, write_other
from helpers.synthetic_maps import write_classes, write_years

GPP = get_product("gpp")
SHAPE = (6, 12)


def test_years_are_averaged_over_the_cell_before_their_spread_is_taken(tmp_path) -> None:
    lat, lon = centres(15.0)
    levels = {2011: 1.0, 2013: 2.0, 2014: 3.0, 2015: 9.0}
    values = {year: np.full((12, lat.size, lon.size), level) for year, level in levels.items()}
    for number, year in enumerate(sorted(values)):
        # What halves of a cell do against each other is no variability of the cell.
        values[year][:, :, ::2] += 0.5 * (-1) ** number
        values[year][:, :, 1::2] -= 0.5 * (-1) ** number
        values[year][:, 0] = np.nan
        values[year][:, 2:4, :2] = np.nan
    paths = write_other(tmp_path, "nies", values, lat, lon)
    paths += write_other(tmp_path, "vpm_gpp", {2011: values[2011]}, lat, lon)
    gpp = np.full((48, *SHAPE), 1.0)
    ours = files_by_map(write_years(tmp_path / "mlp-igbp", gpp, range(2011, 2015), 30.0))
    classes = write_classes(tmp_path / "c.nc", np.ones(SHAPE), np.full(SHAPE, 10), 30.0)
    with collected() as said:
        numbers = variability_numbers(
            GPP, ours, classes, settings=["mlp-igbp"], products=["mlp-igbp"],
            others=files_by_map(paths), asked=["nies", "vpm_gpp"],
        )  # fmt: skip
    assert numbers.settings["product"].values.tolist() == ["mlp-igbp"]
    assert numbers.products["product"].values.tolist() == ["mlp-igbp", "nies"]
    # 2015 is no year of ours: 1, 2 and 3 a day have a deviation of 1 and a mean of 2.
    found = numbers.products["variability"].sel(product="nies").values
    assert found[2, 5] == pytest.approx(0.5, abs=1e-6)
    assert np.isnan(found[1, 0])
    # The southern part of the first row, three quarters of its area, has a value.
    assert np.isfinite(found[0]).all()
    rows = numbers.table.set_index(["product", "group"])
    assert rows.loc[("nies", "all"), ["first_year", "last_year", "years"]].tolist() == [
        2011, 2014, 3,
    ]  # fmt: skip
    assert rows.loc[("mlp-igbp", "all"), "common_cells"] == rows.loc[("nies", "all"), "cells"] == 71
    (line,) = [one for one in said if one.item == "vpm_gpp"]
    assert "needs 3 years" in line.reason
