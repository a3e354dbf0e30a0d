"""Maps packed for the front page: values to within the step, and no more bytes than allowed."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.grids import files_by_map
from carbonscape.report.front_maps import MISSING, pack_map
from helpers.synthetic_maps import write_years

YEARS = [2001, 2002]


def files(folder: Path, cell: float, *, least: float = -1.0):
    rows, columns = round(180 / cell), round(360 / cell)
    field = np.random.default_rng(0).uniform(least, 12, size=(24, rows, columns))
    field[:, rows // 2 :] = np.nan
    field[3, 0, 0] = np.nan
    paths = write_years(folder / "fluxformer-igbp", field, YEARS, cell)
    return field, files_by_map(paths)["fluxformer-igbp"]


def unpacked(packed: dict) -> np.ndarray:
    cells = np.frombuffer(base64.b64decode(packed["cells"]), "<u4")
    numbers = np.frombuffer(base64.b64decode(packed["values"]), "<u2")
    numbers = numbers.reshape(len(packed["months"]), -1)
    found = np.full((len(packed["months"]), packed["rows"] * packed["columns"]), np.nan)
    found[:, cells] = packed["low"] + packed["step"] * numbers
    found[:, cells] = np.where(numbers == MISSING[16], np.nan, found[:, cells])
    return found.reshape(len(packed["months"]), packed["rows"], packed["columns"])


def test_values_come_back_to_within_half_a_step(tmp_path: Path) -> None:
    field, paths = files(tmp_path, 30.0)
    packed = pack_map(paths, "gpp", most_bytes=10**6)
    assert packed["months"][0] == "2001-01"
    assert packed["months"][-1] == "2002-12"
    assert packed["cell"] == packed["own"] == 30
    np.testing.assert_allclose(unpacked(packed), field, atol=0.51 * packed["step"])
    assert packed["step"] < 2.1e-4


def test_too_many_cells_are_averaged_by_area(tmp_path: Path) -> None:
    _, paths = files(tmp_path, 5.0, least=11.9)
    packed = pack_map(paths, "gpp", most_bytes=20_000)
    assert packed["own"] == 5
    assert packed["cell"] > 5
    assert len(packed["values"]) <= 20_000
    found = unpacked(packed)
    assert np.nanmin(found) > 11.89
    assert np.nanmax(found) < 12.01


def test_files_of_two_grids_are_refused(tmp_path: Path) -> None:
    _, paths = files(tmp_path, 30.0)
    (other,) = write_years(tmp_path / "other", np.ones((12, 12, 24)), [2003], 15.0)
    with pytest.raises(ResultError, match="has 12 latitudes, files of other years of the map 6"):
        pack_map(paths | {2003: Path(other)}, "gpp", most_bytes=10**6)


def test_a_map_without_a_value_is_an_empty_one(tmp_path: Path) -> None:
    empty = np.full((12, 6, 12), np.nan)
    paths = files_by_map(write_years(tmp_path / "mlp-none", empty, [2001], 30.0))["mlp-none"]
    packed = pack_map(paths, "gpp", most_bytes=10**6)
    assert packed["cells"] == packed["values"] == ""
    assert packed["low"] == pytest.approx(0)
