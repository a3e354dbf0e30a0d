"""ESA-CCI plant functional types: block means, sums, order of classes, refusals."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives import esa_cci_pft
from carbonscape.archives.esa_cci_pft import PFT_CLASSES, read_pft_grid, read_pft_sites
from carbonscape.core.errors import InputError

# The order of a file, which is not that of the paper.
VARIABLES = (
    "WATER", "BARE", "BUILT", "GRASS-MAN", "GRASS-NAT", "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND",
    "SHRUBS-NE", "WATER_INLAND", "SNOWICE", "TREES-BD", "TREES-BE", "TREES-ND", "TREES-NE",
    "LAND", "WATER_OCEAN",
)  # fmt: skip


def cover(shape=(6, 12), **fractions):
    """Percent of each variable on (lat, lon); BARE takes what is left of 100."""
    fields = {name: np.zeros(shape, np.uint8) for name in VARIABLES}
    for name, values in fractions.items():
        fields[name.replace("_", "-")][:] = values
    fields["BARE"] = (100 - sum(fields[name] for name in PFT_CLASSES)).astype(np.uint8)
    fields["LAND"][:] = 100 - fields["WATER"]
    return fields


def write(path, fields, *, lat=None, lon=None, drop=()):
    """A file of the globe, north-up, by default."""
    shape = fields["BARE"].shape
    if lat is None:
        lat = 90 - (np.arange(shape[0]) + 0.5) * 180 / shape[0]
    if lon is None:
        lon = -180 + (np.arange(shape[1]) + 0.5) * 360 / shape[1]
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", [0]), ("lat", lat), ("lon", lon)):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 1970-01-01"
        for name, values in fields.items():
            if name not in drop:
                variable = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
                variable.set_auto_mask(False)
                variable[0] = values
    return path


def test_cells_are_exact_means_of_their_pixels(tmp_path):
    """90-degree cells of 3 x 3 pixels: 1 + 2 + ... + 9 percent is 5 on average."""
    trees = np.zeros((6, 12), np.uint8)
    trees[:3, :3] = np.arange(1, 10).reshape(3, 3)
    trees[3:, 9:] = 100
    pft = read_pft_grid(write(tmp_path / "a.nc", cover(TREES_BD=trees)), cell=90)
    assert pft.dims == ("pft_class", "lat", "lon")
    assert pft.shape == (14, 2, 4)
    assert pft.dtype == np.float32
    assert pft["pft_class"].values.tolist() == list(PFT_CLASSES)
    assert pft["lat"].values.tolist() == [45, -45]
    assert pft["lon"].values.tolist() == [-135, -45, 45, 135]
    assert pft.sel(pft_class="TREES-BD").values[0, 0] == np.float32(0.05)
    assert pft.sel(pft_class="TREES-BD").values[1, 3] == 1
    np.testing.assert_allclose(pft.sum("pft_class"), 1, atol=1e-6)


def test_the_order_is_that_of_the_paper(tmp_path):
    """Each class has its own percent, so that two of them cannot be exchanged unnoticed."""
    order = (
        "BUILT", "WATER", "SNOWICE", "GRASS_NAT", "GRASS_MAN", "TREES_BD", "TREES_BE", "TREES_ND",
        "TREES_NE", "SHRUBS_BD", "SHRUBS_BE", "SHRUBS_ND", "SHRUBS_NE",
    )  # fmt: skip
    parts = {name: 1 + i for i, name in enumerate(order)}
    fields = cover(**parts)
    pft = read_pft_grid(write(tmp_path / "a.nc", fields), cell=30)
    expected = [0.09, *(np.arange(1, 14) / 100)]
    np.testing.assert_allclose(pft.values[:, 0, 0], expected, atol=1e-7)


@pytest.mark.parametrize("block", [9, 36, 10**6])
def test_blocks_and_bands_of_rows_change_no_value(tmp_path, monkeypatch, block):
    rng = np.random.default_rng(0)
    trees, grass = rng.integers(0, 50, (2, 12, 24))
    path = write(tmp_path / "a.nc", cover((12, 24), TREES_NE=trees, GRASS_NAT=grass))
    whole = read_pft_grid(path, cell=45)
    monkeypatch.setattr(esa_cci_pft, "_BLOCK", block)
    for rows in (slice(0, 1), slice(1, 4), slice(None)):
        part = read_pft_grid(path, cell=45, rows=rows)
        np.testing.assert_array_equal(part.values, whole.values[:, rows])
        np.testing.assert_array_equal(part["lat"].values, whole["lat"].values[rows])


def test_pixels_without_a_value_are_left_out(tmp_path):
    fields = cover(TREES_BD=np.full((6, 12), 40))
    fields["TREES-BD"][0, 0] = 255
    fields["BUILT"][0, 1] = 101
    for name in PFT_CLASSES:
        fields[name][3:, 9:] = 255
    pft = read_pft_grid(write(tmp_path / "a.nc", fields), cell=90)
    assert pft.sel(pft_class="TREES-BD").values[0, 0] == np.float32(0.4)
    assert np.isnan(pft.values[:, 1, 3]).all()


def test_rounding_to_whole_percent_is_accepted(tmp_path):
    fields = cover(TREES_BD=np.full((6, 12), 40))
    fields["BARE"][0, :] += 1
    fields["BARE"][1, :] -= 1
    read_pft_grid(write(tmp_path / "a.nc", fields), cell=30)


def test_pixels_that_do_not_add_up_are_refused_with_the_worst_place(tmp_path):
    fields = cover(TREES_BD=np.full((6, 12), 40))
    fields["BARE"][0, 3] += 2
    fields["BARE"][4, 10] -= 30
    message = "in 2 of 72 pixels .* the worst, at lat -45, lon 135, has 70"
    with pytest.raises(InputError, match=message):
        read_pft_grid(write(tmp_path / "a.nc", fields), cell=30)


def test_one_odd_pixel_in_ten_thousand_is_accepted(tmp_path):
    fields = cover((90, 180), TREES_BD=np.full((90, 180), 40))
    fields["BARE"][0, 0] += 30
    read_pft_grid(write(tmp_path / "a.nc", fields), cell=30)
    fields["BARE"][0, 1] += 30
    with pytest.raises(InputError, match="in 2 of 16200 pixels"):
        read_pft_grid(write(tmp_path / "b.nc", fields), cell=30)


def test_water_is_counted_once(tmp_path):
    """WATER is inland and ocean together: summing all 17 variables would give 300 percent."""
    fields = cover(WATER=np.full((6, 12), 100))
    fields["WATER_OCEAN"][:] = 100
    pft = read_pft_grid(write(tmp_path / "a.nc", fields), cell=30)
    assert (pft.sel(pft_class="WATER").values == 1).all()


@pytest.mark.parametrize("cell", [40.0, 20.0, 75.0])
def test_cells_that_pixels_do_not_fill_are_refused(tmp_path, cell):
    path = write(tmp_path / "a.nc", cover())
    with pytest.raises(InputError, match="pixels of 30 degrees along lat .* do not fill cells"):
        read_pft_grid(path, cell=cell)


def test_a_region_off_the_cells_is_refused(tmp_path):
    fields = cover((2, 2), TREES_BD=np.full((2, 2), 40))
    shifted = write(tmp_path / "a.nc", fields, lat=[70, 60], lon=[5, 15])
    with pytest.raises(InputError, match="along lat .from 70. do not fill cells of 20 degrees"):
        read_pft_grid(shifted, cell=20)
    fitting = write(tmp_path / "b.nc", fields, lat=[65, 55], lon=[5, 15])
    pft = read_pft_grid(fitting, cell=20)
    assert (pft["lat"].values.tolist(), pft["lon"].values.tolist()) == ([60], [10])


def test_an_absent_class_and_scaled_values_are_refused(tmp_path):
    path = write(tmp_path / "a.nc", cover(), drop=("TREES-ND",))
    with pytest.raises(InputError, match="no variable TREES-ND"):
        read_pft_grid(path, cell=30)
    path = write(tmp_path / "b.nc", cover())
    with netCDF4.Dataset(path, "a") as file:
        file["BUILT"].units = "kg m-2"
    with pytest.raises(InputError, match="BUILT is in 'kg m-2', expected percent"):
        read_pft_grid(path, cell=30)


def site_rows(site, pixels, **percent):
    """Rows of one site with the same percent in each pixel; BARE takes the rest."""
    values = dict.fromkeys(VARIABLES, 0) | {k.replace("_", "-"): v for k, v in percent.items()}
    values["BARE"] = 100 - sum(values[name] for name in PFT_CLASSES if name != "BARE")
    return [f"{site},{p}," + ",".join(str(values[name]) for name in VARIABLES) for p in pixels]


def write_sites(path, *rows):
    path.write_text("\n".join([",".join(["site", "pixel", *VARIABLES]), *rows]) + "\n")
    return path


def test_the_pixels_of_a_tower_are_averaged(tmp_path):
    """24 pixels of 50 percent trees and one of 100 are 52 percent; empty cells are left out."""
    rows = site_rows("B", range(24), TREES_BD=50) + site_rows("B", [24], TREES_BD=100)
    rows += [*site_rows("A", [0], GRASS_NAT=10), "A,1" + "," * len(VARIABLES)]
    table = read_pft_sites(write_sites(tmp_path / "a.csv", *rows))
    assert table.columns.tolist() == ["site", *PFT_CLASSES]
    assert table["site"].tolist() == ["A", "B"]
    assert table["TREES-BD"].tolist() == pytest.approx([0, 0.52])
    assert table["GRASS-NAT"].tolist() == pytest.approx([0.1, 0])
    assert table[list(PFT_CLASSES)].sum(axis=1).tolist() == pytest.approx([1, 1])


def test_bad_rows_of_towers_are_refused(tmp_path):
    good = site_rows("A", range(3), TREES_BD=40)
    wrong = good[1].split(",")
    wrong[3] = "30"
    for rows, message in (
        ([good[0], good[0]], "line 3, column pixel: pixel 0 of A is doubled"),
        ([good[0], ",".join(wrong)], "in 1 of 2 pixels .* the worst, line 3, has 70"),
        ([good[0].replace("A,0", "A,25")], "column pixel: found 25, expected a whole number"),
        ([good[0].replace("A,0", ",0")], "column site: no value"),
        ([good[0].replace(",40", ",half")], "column TREES-BD: found 'half', expected a number"),
    ):
        with pytest.raises(InputError, match=message):
            read_pft_sites(write_sites(tmp_path / "a.csv", *rows))
    with pytest.raises(InputError, match="no such file"):
        read_pft_sites(tmp_path / "b.csv")
