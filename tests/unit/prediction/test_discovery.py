"""Attributes by which archives find a map."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonscape.core.grid import Grid
from carbonscape.core.own_grid import OwnGrid
from carbonscape.prediction.discovery import discovery_attributes, extents, identifier
from carbonscape.products.registry import get_product

XCO2 = get_product("xco2")
PUBLISH = {"creators": [], "license": "CC-BY-4.0", "doi": None, "acknowledgement": None}


def said(**changed) -> dict[str, str]:
    return discovery_attributes(
        XCO2, model="At-BiLSTM", simulated=False, version="0.1.0", publish=PUBLISH | changed
    )


def test_extents_are_the_outer_edges_of_the_cells() -> None:
    found = extents([dt.date(2014, 12, 1), dt.date(2015, 1, 1)], Grid(30.0))
    assert found["geospatial_bounds"] == "POLYGON ((-90 -180, -90 180, 90 180, 90 -180, -90 -180))"
    assert (found["geospatial_lat_min"], found["geospatial_lat_max"]) == (-90, 90)
    assert found["geospatial_lon_resolution"] == 30
    assert (found["time_coverage_start"], found["time_coverage_end"]) == (
        "2014-12-01",
        "2014-12-31",
    )
    assert found["time_coverage_duration"] == "P1M"


def test_a_grid_of_its_own_has_its_own_extents() -> None:
    own = OwnGrid.of([79.5, 78.5, 77.5], [-10.0, -8.0], "a.nc")
    found = extents([dt.date(2015, 1, 1), dt.date(2015, 2, 1)], own)
    assert (found["geospatial_lat_min"], found["geospatial_lat_max"]) == (77, 80)
    assert (found["geospatial_lon_min"], found["geospatial_lon_max"]) == (-11, -7)


def test_who_made_a_map_stands_in_it_and_nobody_is_made_up() -> None:
    people = [
        {"name": "Doe, Jo", "orcid": "https://orcid.org/0000-0002-1825-0097", "affiliation": "A"},
        {"name": "Roe, Al", "affiliation": "A"},
    ]
    found = said(creators=people, doi="10.5281/zenodo.1", acknowledgement="Paid by B.")
    assert found["creator_name"] == "Doe, Jo; Roe, Al"
    assert found["creator_type"] == "person; person"
    assert found["creator_url"] == "https://orcid.org/0000-0002-1825-0097"
    assert found["institution"] == "A"
    assert found["acknowledgement"] == "Paid by B."
    assert found["references"].endswith("; https://doi.org/10.5281/zenodo.1")
    nobody = said()
    assert nobody["institution"] == "made with carbonscape by whoever ran it"
    assert not [key for key in nobody if key.startswith("creator") or key == "acknowledgement"]


def test_a_simulated_earth_is_named_in_the_summary() -> None:
    assert "SIMULATED" not in said()["summary"]
    simulated = discovery_attributes(
        XCO2, model="MLP", simulated=True, version="0.1.0", publish=PUBLISH
    )
    assert "SIMULATED" in simulated["summary"]


@pytest.mark.parametrize("changed", [{"model_sha256": "2"}, {"archive": "real"}, {"seed": 2}])
def test_an_identifier_is_that_of_one_file(changed: dict) -> None:
    attributes = {"model_sha256": "1", "archive": "simulated", "seed": 1, "creator_name": "Doe"}
    found = identifier("gpp", 2015, attributes)
    assert found.startswith("urn:uuid:")
    assert found == identifier("gpp", 2015, attributes | {"creator_name": "Roe"})
    others = {
        identifier("gpp", 2016, attributes),
        identifier("reco", 2015, attributes),
        identifier("gpp", 2015, attributes | changed),
    }
    assert found not in others
    assert len(others) == 3
