"""Masked pixels delivered as 0: refused over the globe, warned of over a small area."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.modis_lai import read_modis_grid
from carbonscape.archives.modis_surface import open_snow, open_tree_cover
from carbonscape.archives.modis_vegetation import evi_cells, gpp_cells, open_evi, open_gpp
from carbonscape.archives.night_lights import open_lights
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.gridded import write_modis
from helpers.xco2_raw import write

DAY = ["2015-01-01"]
LAT, LON = 75.0 - 30 * np.arange(6), -165.0 + 30 * np.arange(12)
SMALL = {"lat": np.array([52.0, 51.0]), "lon": np.array([9.0, 10.0])}
#: Half of the globe was masked.
HALF = np.repeat([True, False], 36).reshape(6, 12)


def globe(value, masked=0, kind="u1"):
    return kind, np.where(HALF, masked, value)[None]


def read(opened):
    with findings.collected() as found, opened as images:
        images.values(slice(0, 1), slice(None))
    return [(finding.source, finding.outcome) for finding in found]


CASES = {
    "gpp": (open_gpp, {"Gpp": globe(300, kind="i2"), "Psn_QC": globe(32)}, "Gpp 32767"),
    "evi": (open_evi, {"EVI": globe(3000, kind="i2"), "SummaryQA": globe(1, kind="i1")},
            "EVI -3000"),
    "snow": (open_snow, {"NDSI_Snow_Cover": globe(40), "NDSI_Snow_Cover_Basic_QA": globe(1)},
             "NDSI_Snow_Cover 255"),
    "trees": (open_tree_cover, {"Percent_Tree_Cover": globe(40)}, "Percent_Tree_Cover 253"),
    "lights": (lambda *args, **more: open_lights(*args, product="vnp46a2", **more),
               {"Gap_Filled_DNB_BRDF_Corrected_NTL": globe(2, kind="f4")}, "65535"),
}  # fmt: skip


@pytest.mark.parametrize(("opener", "variables", "sentinel"), CASES.values(), ids=CASES)
def test_a_globe_without_a_missing_pixel_is_refused(tmp_path, opener, variables, sentinel):
    path = write(tmp_path / "a.nc", DAY, lat=LAT, lon=LON, **variables)
    message = f"is 0.* in 36 of 72 pixels, and none of them are missing.*{sentinel}.*unmask"
    with pytest.raises(InputError, match=message):
        read(opener(path, year=2015))
    assert [outcome for _, outcome in read(opener(path, year=2015, implausible=True))] == [
        "warning"
    ]


def test_a_globe_with_missing_pixels_passes_unless_more_is_zero_than_land(tmp_path):
    gpp = np.where(HALF, 32767, 300)
    gpp[5] = 0  # a sixth of the pixels, with the best quality: winter
    path = write(tmp_path / "a.nc", DAY, lat=LAT, lon=LON, Gpp=("i2", gpp), Psn_QC=("u1", 0))
    assert read(open_gpp(path, year=2015)) == []
    gpp[1:5] = 0
    path = write(tmp_path / "b.nc", DAY, lat=LAT, lon=LON, Gpp=("i2", gpp), Psn_QC=("u1", 0))
    with pytest.raises(InputError, match="is 0 .*in 60 of 72 pixels, and 12 of them are missing"):
        read(open_gpp(path, year=2015))


def test_a_quality_that_is_not_the_best_is_no_mask(tmp_path):
    path = write(tmp_path / "a.nc", DAY, lat=LAT, lon=LON, Gpp=("i2", 0), Psn_QC=("u1", 32))
    assert read(open_gpp(path, year=2015)) == []


def test_land_alone_is_warned_of(tmp_path):
    path = write(tmp_path / "a.nc", DAY, **SMALL, Gpp=("i2", [[0, 80], [80, 80]]),
                 Psn_QC=("u1", 0))  # fmt: skip
    assert read(open_gpp(path, year=2015)) == [("mod17a2h", "warning")]
    # A bare place of four pixels has no quality that could tell.
    path = write(tmp_path / "b.nc", DAY, **SMALL, Percent_Tree_Cover=("u1", 0))
    assert read(open_tree_cover(path, year=2015)) == []


def test_cells_are_judged_when_the_file_is_closed(tmp_path):
    path = write(tmp_path / "a.nc", DAY, lat=LAT, lon=LON, **CASES["gpp"][1])
    with pytest.raises(InputError, match="36 of 72 pixels"), gpp_cells(path, year=2015) as cells:
        cells.month("2015-01", slice(None))


def leaves(tmp_path, lai, qc=0):
    """Composites of a year: LAI of all pixels, FPAR alike."""
    field = np.broadcast_to(np.asarray(lai, "u1"), (46, 6, 12))
    return write_modis(tmp_path / "a.nc", 2015, lat=LAT, lon=LON, lai=field, fpar=field, qc=qc)


def test_leaves_that_are_always_zero_are_masked_pixels(tmp_path):
    path = leaves(tmp_path, np.where(HALF, 0, 20))
    with pytest.raises(InputError, match=r"Lai_500m is 0 with the best quality .FparLai_QC 0"):
        read_modis_grid(path, year=2015)
    with findings.collected() as found:
        read_modis_grid(path, year=2015, implausible=True)
    assert [(f.source, f.outcome) for f in found] == [("modis_lai", "warning")]


def test_leaves_that_fall_are_none(tmp_path):
    lai = np.full((46, 6, 12), 20)
    lai[:10] = 0
    found = read_modis_grid(leaves(tmp_path, lai), year=2015)
    assert (found["lai"].values[:10] == 0).all()


def test_cells_without_a_missing_one_are_refused(tmp_path):
    """Cells that someone aggregated from masked pixels as 0; of 30 degrees all have land."""
    for size, refused in ((10, True), (30, False)):
        lat, lon = (
            90 - size * (np.arange(180 // size) + 0.5),
            -180 + size * (np.arange(360 // size) + 0.5),
        )
        field = np.where(np.arange(lat.size)[:, None] % 2, 0.0, 0.4) * np.ones(lon.size)
        path = write(tmp_path / "a.nc", DAY, lat=lat, lon=lon, evi=("f4", field),
                     evi_good_share=("u1", 100), evi_images=("u2", 2))  # fmt: skip
        opened = evi_cells(path, year=2015)
        if refused:
            with pytest.raises(InputError, match="evi is 0 in .* and none of them are missing"):
                month(opened)
        else:
            month(opened)
        field[0] = -9999
        share = np.where(field < 0, 0, 100)
        path = write(tmp_path / "a.nc", DAY, lat=lat, lon=lon, evi=("f4", field),
                     evi_good_share=("u1", share), evi_images=("u2", share))  # fmt: skip
        month(evi_cells(path, year=2015))


def month(opened):
    with opened as cells:
        cells.month("2015-01", slice(None))
