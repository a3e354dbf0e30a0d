"""Fluxes of a tower in another unit, with another sign, or shifted by half a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.insolation import monthly_insolation
from carbonscape.fluxes.quality.tower_plausibility import check_towers

FLUXES = ["gpp_nt", "gpp_dt", "reco_nt", "nee"]
PLACES = {"AA-For": (50.0, "DBF", "continental"), "AA-Dry": (37.0, "OSH", "arid")}


def world(site: str = "AA-For", **changes) -> dict[str, pd.DataFrame]:
    """Three years of a tower whose fluxes, light and temperature agree; columns times factors."""
    lat, igbp, climate = PLACES[site]
    month = np.tile(np.arange(1, 13), 3)
    summer = (1 - np.cos(2 * np.pi * (month - 1) / 12)) / 2
    gpp = 0.2 + (11.0 if igbp == "DBF" else 1.2) * summer
    archive = pd.DataFrame(
        {
            "site": site,
            "year": 2001 + np.arange(36) // 12,
            "month": month,
            "gpp_nt": gpp,
            "gpp_dt": 1.05 * gpp,
            "reco_nt": 0.4 + 0.7 * gpp,
            "nee": 0.45 - 0.32 * gpp,
        }
    )
    predictors = archive[["site", "year", "month"]].assign(
        FPAR=0.3 + 0.5 * summer if igbp == "DBF" else 0.25,
        SSRD=0.5 * monthly_insolation(lat, month),
        T2M=271.0 + 20.0 * summer,
    )
    sites = pd.DataFrame({"site": [site], "lat": [lat], "igbp": [igbp], "climate": [climate]})
    for name, factor in changes.items():
        archive[name] *= factor
    return {"archive": archive, "sites": sites, "predictors": predictors}


def look(parts: dict, **options) -> list[str]:
    with findings.collected() as found:
        check_towers(**(parts | options))
    assert {finding.outcome for finding in found} <= {"warning"}
    return [finding.reason for finding in found]


def every(factor: float) -> dict[str, float]:
    return dict.fromkeys(FLUXES, factor)


@pytest.mark.parametrize("site", sorted(PLACES))
@pytest.mark.parametrize("factor", [1.0, 1.0368, 1 / 1.0368])
def test_what_agrees_passes_and_micromoles_cannot_be_told(site, factor):
    assert look(world(site, **every(factor))) == []


REFUSED = [
    ("AA-For", every(12), "the mean of GPP_NT is 68.4, usual is at most 25"),
    ("AA-For", every(4), "usual is at most 1.7; expected GPP in gC m-2 d-1, it looks like"),
    ("AA-For", every(1 / 12), "looks like mol m-2 d-1"),
    ("AA-For", every(30.4), "looks like a total of the month"),
    ("AA-For", every(1 / 30.4), "divided by the days of the month"),
    ("AA-For", every(1 / 86400), "looks like gC m-2 s-1"),
    ("AA-For", every(44 / 12), "grams of CO2"),
    ("AA-For", every(365), "expected GPP"),
    ("AA-Dry", every(30.4), "looks like a total of the month"),
    ("AA-For", every(-1), "looks like the other sign"),
    ("AA-For", {"nee": -1}, "NEE looks like the other sign"),
    ("AA-For", {"gpp_nt": -1, "gpp_dt": -1}, "the other sign (GPP and RECO are positive)"),
    ("AA-Dry", {"gpp_nt": -1}, "looks like the other sign"),
    ("AA-Dry", {"reco_nt": -1}, "mean of RECO_NT is"),
    ("AA-Dry", {"nee": 12}, "NEE looks like a value 12 times too large"),
    ("AA-Dry", {"nee": 1 / 12}, "expected NEE = RECO - GPP"),
    ("AA-Dry", {"gpp_nt": 12, "gpp_dt": 12}, "GPP_NT looks like"),
    ("AA-Dry", {"gpp_dt": 12}, "percentile of GPP_DT over that of GPP_NT"),
]


@pytest.mark.parametrize(("site", "factors", "part"), REFUSED)
def test_an_impossible_tower_is_refused_by_name(site, factors, part):
    with pytest.raises(InputError) as refusal:
        look(world(site, **factors))
    sentence = str(refusal.value)
    assert sentence.startswith(f"towers: {site}: ")
    assert part in sentence
    assert "inputs.leave_out_towers" in sentence
    assert "inputs.accept_implausible" in sentence
    assert any("accepted by" in reason for reason in look(world(site, **factors), accept=[site]))
    assert look(world(site, **factors), accept=["fluxnet2015"], warned=False) == []


@pytest.mark.parametrize(("site", "factor"), [("AA-Dry", 1 / 12), ("AA-Dry", 1 / 30.4)])
def test_little_in_a_dry_place_is_only_warned_of(site, factor):
    assert "usual is at least" in look(world(site, **every(factor)))[0]


def test_a_dry_crop_is_no_forest_unless_its_canopy_closes():
    parts = world("AA-Dry", **every(1 / 12))
    parts["sites"]["igbp"] = "CRO"
    assert "usual is at least" in look(parts)[0]
    parts["predictors"]["FPAR"] = 0.7
    with pytest.raises(InputError, match="of a forest or another closed canopy is 0.0"):
        look(parts)


def shifted(site: str) -> dict:
    parts = world(site)
    parts["archive"]["month"] = (parts["archive"]["month"] + 5) % 12 + 1
    return parts


def test_a_season_in_the_frost_is_refused():
    with pytest.raises(InputError, match=r"is largest in month 1, at -2 degrees Celsius; are its"):
        look(shifted("AA-For"))


def test_without_temperatures_the_sun_tells():
    parts = shifted("AA-For")
    parts["predictors"] = None
    with pytest.raises(InputError, match=r"runs against the sun \(-0\.9\d\); are its months shift"):
        look(parts)


def test_a_small_season_against_the_sun_is_only_warned_of():
    parts = shifted("AA-Dry")
    parts["predictors"]["T2M"] += 10
    assert "runs against the sun (-0.9" in look(parts)[0]


def test_one_year_in_another_unit_is_refused():
    parts = world("AA-Dry")
    parts["archive"].loc[parts["archive"]["year"] == 2003, FLUXES] *= 12
    with pytest.raises(InputError, match="in one year over that of the tower's median year is 12"):
        look(parts)


def test_fluxes_alone_are_judged_by_one_another():
    assert look({"archive": world(**every(12))["archive"]}, accept=["AA-For"])
    assert look({"archive": world()["archive"]}) == []
    with pytest.raises(InputError, match="NEE looks like the other sign"):
        look({"archive": world(nee=-1)["archive"]})


def test_few_months_and_missing_fluxes_are_not_judged():
    parts = world(nee=-1)
    parts["archive"] = parts["archive"].iloc[:5]
    assert look(parts) == []
    parts = world(nee=-1)
    parts["archive"][["gpp_nt", "reco_nt"]] = np.nan
    assert look(parts) == []


def test_the_offending_towers_are_named_together():
    parts = world(nee=-1)
    other = parts["archive"].assign(site="AA-Oth")
    parts["archive"] = pd.concat([parts["archive"], other])
    parts["sites"] = pd.concat([parts["sites"], parts["sites"].assign(site="AA-Oth")])
    with pytest.raises(InputError, match=r"AA-For: .*\(and 1 more: AA-Oth\); correct the file"):
        look(parts)
