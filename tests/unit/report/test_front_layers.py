"""What the map of the front page shows beside the values of a map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from carbonscape.report.front_layers import front_maps
from carbonscape.report.front_maps import cells_of
from helpers.synthetic_maps import write_truth, write_years

YEARS, CELL = [2015, 2016], 30.0


def ours(folder: Path) -> tuple[np.ndarray, list[str]]:
    """A map of two years with a spread and a flag whose code 255 is no data."""
    field = np.random.default_rng(0).uniform(0, 9, (24, 6, 12))
    field[:, 3:] = np.nan
    paths = write_years(folder / "mlp-igbp", field, YEARS, CELL)
    for path in paths:
        with xr.open_dataset(path) as opened:
            data = opened.load()
        flag = np.where(np.isfinite(data["gpp"]), 1, 255).astype(np.int16)
        flag[:, 0, 0] = 0
        said = {"flag_values": np.array([0, 1, 255], "i2"), "flag_meanings": "out in no_data"}
        data["applicable"] = (("time", "lat", "lon"), flag, said)
        data["gpp_std"] = data["gpp"] / 10
        data.to_netcdf(path)
    return field, paths


def test_layers_truth_and_others_lie_on_the_grid_of_a_map(tmp_path: Path) -> None:
    field, paths = ours(tmp_path)
    truth = write_truth(tmp_path / "grid.nc", np.ones((36, 6, 12)), [2014, *YEARS], CELL)
    others = write_years(tmp_path / "fluxcom", np.full((12, 12, 24), 3.0), [2016], 15.0)
    too_old = write_years(tmp_path / "nies", np.ones((12, 6, 12)), [2001], CELL)
    found = front_maps(
        {"gpp": paths}, truths={"gpp": truth}, others={"gpp": others + too_old}, most_bytes=10**6
    )
    assert [(one["title"], one["layer"].split(" (")[0], one["bits"]) for one in found] == [
        ("GPP: MLP", "value", 16),
        ("GPP: MLP", "standard deviation", 8),
        ("GPP: MLP", "area of applicability", 8),
        ("GPP: truth of the simulated Earth", "value", 16),
        ("GPP: FluxCom", "value", 16),
    ]
    assert {(one["cell"], one["rows"], one["north"], one["west"]) for one in found} == {
        (30, 6, 90, -180)
    }
    value, _, flag, true, other = found
    # No data of a flag is no value; the truth is shown where the map has values, in its months.
    for one in (value, flag, true):
        np.testing.assert_array_equal(cells_of(one), np.isfinite(field[0]))
        assert (one["months"][0], one["months"][-1]) == ("2015-01", "2016-12")
    assert (flag["low"], flag["step"]) == (0, 1 / 254)
    assert other["own"] == 15
    assert (other["low"], other["months"][0]) == (3, "2016-01")
    assert cells_of(other).all()


def test_a_run_without_maps_shows_none() -> None:
    assert front_maps({}, truths={"gpp": "absent.nc"}, others={}, most_bytes=10**6) == []
