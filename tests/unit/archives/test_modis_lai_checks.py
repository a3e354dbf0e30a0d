"""Whether a table of towers, and a grid of leaves, is whole."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.archives.modis_lai_checks import require_values, start_of
from carbonscape.core import findings
from carbonscape.core.errors import InputError

HEADER = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC\n"


def table(path, rows):
    """Write a table; ``rows(site, step)`` gives the bands of the pixel in the middle, or None."""
    lines = []
    for step in range(46):
        day = dt.date(2015, 1, 1) + dt.timedelta(days=8 * step)
        for number in range(30):
            bands = rows(number, step)
            if bands is not None:
                lines.append(f"{day:%Y_%m_%d},AA-{number:03d},4,{bands}\n")
    path.write_text(HEADER + "".join(lines))
    return path


def outcomes(path, **accepted):
    with findings.collected() as found:
        read_modis_sites(path, year=2015, **accepted)
    return [(f.source, f.outcome) for f in found]


def test_a_whole_table_passes(tmp_path):
    path = table(
        tmp_path / "a.csv", lambda site, step: "20,30,8" if (site + step) % 2 else "20,30,97"
    )
    assert outcomes(path) == []


def test_a_tower_that_lacks_composites_is_named(tmp_path):
    path = table(
        tmp_path / "a.csv", lambda site, step: None if site == 7 and step >= 23 else "20,30,8"
    )
    message = r"of the 46 composites some are absent at AA-007 \(23\), which .*'modis_lai'"
    with pytest.raises(InputError, match=message):
        read_modis_sites(path, year=2015)
    assert outcomes(path, accept=True) == [("modis_lai", "incomplete")]


def test_composites_in_which_no_tower_has_a_value_are_refused(tmp_path):
    """The export went on after June with empty cells."""
    path = table(tmp_path / "a.csv", lambda site, step: ",," if step >= 44 else "20,30,8")
    with pytest.raises(InputError, match="LAI has no value at any tower in 2015-12-19, 2015-12-27"):
        read_modis_sites(path, year=2015)
    assert outcomes(path, accept=True) == [("modis_lai", "incomplete")]


def test_masked_pixels_that_stand_as_zero_are_refused(tmp_path):
    path = table(tmp_path / "a.csv", lambda site, step: "0,0,0" if site == 3 else "20,30,8")
    with pytest.raises(InputError, match="1 pixels .the first, 4 of AA-003. are 0 .*unmask.255"):
        read_modis_sites(path, year=2015)
    assert outcomes(path, implausible=True) == [("modis_lai", "warning")]
    # In one composite, or of another quality, it may be winter.
    path = table(tmp_path / "b.csv", lambda site, step: "20,30,8" if site or step == 9 else "0,0,0")
    assert outcomes(path) == []
    path = table(tmp_path / "c.csv", lambda site, step: "20,30,8" if site else "0,0,8")
    assert outcomes(path) == []


def test_few_places_tell_nothing():
    known = np.ones((4, 10), dtype=bool)
    known[2] = False
    options = {"year": 2015, "places": "here", "origin": "a", "accept": False}
    require_values(known, [0, 1, 2, 3], enough=11, **options)
    with pytest.raises(InputError, match="a: LAI has no value here in 2015-01-17,"):
        require_values(known, [0, 1, 2, 3], enough=10, **options)
    require_values(np.zeros((4, 10), dtype=bool), [0, 1, 2, 3], enough=1, **options)
    assert start_of(2016, 45) == dt.date(2016, 12, 26)
