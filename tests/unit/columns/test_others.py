"""Files of the XCO2 products of others."""

from __future__ import annotations

from pathlib import Path

from carbonscape.columns.others import files_of_others
from carbonscape.sources.files import RawFiles

MONTH = {"s_stdct": ["2015-01"], "mapping_xco2": ["2015-01"], "gcxco2": []}


def test_products_without_files_are_left_out_unless_they_can_be_asked_for(tmp_path: Path) -> None:
    names = list(MONTH)
    listings = files_of_others(RawFiles(tmp_path), MONTH, names)
    assert listings == {"mapping_xco2": [str(tmp_path / "mapping_xco2" / "listing.json")]}
    assert files_of_others(RawFiles(tmp_path, listings=False), MONTH, names) == {}
    for name in ("s_stdct", "gcxco2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "days_20150101.nc").touch()
    found = files_of_others(RawFiles(tmp_path, listings=False), MONTH, names)
    assert found == {"s_stdct": [str(tmp_path / "s_stdct" / "days_20150101.nc")]}
