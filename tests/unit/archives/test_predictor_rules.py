"""Whole columns of predictors in another unit: every usual confusion, at one tower and at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.predictor_rules import check_columns
from carbonscape.archives.predictors import PREDICTORS, read_predictors
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.insolation import monthly_insolation

LAT = 50.0


def table(towers: int = 2, **factors: float) -> pd.DataFrame:
    """Two years of a temperate forest at each tower; columns of the first one times a factor."""
    rows = []
    for number in range(towers):
        for month in np.tile(np.arange(1, 13), 2):
            summer = (1 - np.cos(2 * np.pi * (month - 1) / 12)) / 2
            celsius = 1.0 + 18.0 * summer
            lai = 0.6 + 4.0 * summer
            values = {
                "LAI": lai,
                "FPAR": 1 - np.exp(-0.5 * lai),
                "T2M": 273.15 + celsius,
                "SSRD": 0.5 * float(monthly_insolation(LAT, month)),
                "VPD": 0.35 * 6.1078 * np.exp(17.269 * celsius / (celsius + 237.3)),
                "TP": 2.5,
                "E": 0.3 + 3.0 * summer,
            }
            if number == 0:
                values |= {name: values[name] * factor for name, factor in factors.items()}
            year = 2001 + len(rows) % 24 // 12
            rows.append({"site": f"AA-T{number:02d}", "year": year, "month": int(month), **values})
    return pd.DataFrame(rows)


def check(months: pd.DataFrame, **options) -> list[tuple[str, str]]:
    sites = pd.DataFrame({"site": sorted(set(months["site"]))}).assign(lat=LAT)
    with findings.collected() as found:
        check_columns(months, origin="table.csv", sites=sites, **options)
    return [(finding.item, finding.reason) for finding in found]


def test_columns_in_their_units_pass():
    assert check(table()) == []


#: Confusions of one tower that are possible values, and so only suspicious.
SUSPICIOUS = [
    ({"VPD": 0.1}, "expected VPD in hPa, it looks like kPa"),
    ({"SSRD": 0.0864}, "expected SSRD in W m-2, it looks like MJ m-2 d-1"),
    ({"SSRD": 0.024}, "it looks like kWh m-2 d-1"),
    ({"TP": 0.0304}, "expected TP in mm d-1, it looks like a monthly total in m"),
    ({"TP": 8.0}, "the mean of TP is 20, usual is at most 15"),
]

#: Confusions that physics forbids.
IMPOSSIBLE = [
    ({"SSRD": 8.64}, "column SSRD", "looks like J cm-2 d-1"),
    ({"SSRD": 2.06}, "column SSRD", "photons in micromol"),
    ({"TP": 0.001}, "column TP", "looks like m d-1"),
    ({"TP": 30.4}, "column TP", "looks like a monthly total in mm"),
    ({"LAI": 10.0}, "column LAI and FPAR", "LAI without its scale factor 0.1"),
    ({"LAI": 0.1}, "column LAI and FPAR", "LAI scaled twice"),
    ({"FPAR": 0.01}, "column LAI and FPAR", "FPAR scaled twice"),
    ({"E": -1.0}, "column E", "the other sign"),
    ({"E": 28.4}, "column E", "looks like W m-2"),
    ({"E": 0.001}, "column E", "looks like m d-1"),
]


@pytest.mark.parametrize(("factors", "part"), SUSPICIOUS)
def test_what_is_possible_but_odd_is_warned_of(factors, part):
    found = check(table(**factors))
    assert {item for item, _ in found} == {"AA-T00"}
    assert any(part in reason for _, reason in found), found


@pytest.mark.parametrize(("factors", "column", "part"), IMPOSSIBLE)
def test_what_physics_forbids_is_refused(factors, column, part):
    with pytest.raises(InputError) as refusal:
        check(table(**factors))
    sentence = str(refusal.value)
    assert sentence.startswith(f"table.csv, {column}: AA-T00: ")
    assert part in sentence
    assert "inputs.leave_out_towers" in sentence
    assert "inputs.accept_implausible" in sentence
    found = check(table(**factors), accept=["AA-T00"])
    assert any("accepted by the config key" in reason for _, reason in found)
    assert check(table(**factors), accept=["fluxnet2015"]) == found


def test_what_is_odd_at_half_of_the_towers_is_a_unit():
    months = table(towers=8)
    months.loc[months["site"] < "AA-T05", "VPD"] /= 10
    with pytest.raises(InputError, match=r"column VPD: .*suspicious at 5 of 8 towers .*and 4 more"):
        check(months)
    months = table(towers=12)
    months.loc[months["site"] < "AA-T05", "VPD"] /= 10
    assert len(check(months)) == 5


def test_months_of_the_other_hemisphere_are_refused():
    months = table()
    months["month"] = (months["month"] + 5) % 12 + 1
    with pytest.raises(InputError, match="column T2M: .*the other hemisphere, or months shifted"):
        check(months)


def test_few_months_and_towers_that_are_not_read_are_not_judged():
    months = table(TP=0.001)
    sites = pd.DataFrame({"site": ["AA-T01"], "lat": [LAT]})
    check_columns(months, origin="table.csv", sites=sites)
    few = months.groupby("site").head(5)
    assert check(few) == []


def test_the_reader_judges_unless_another_step_has(tmp_path):
    path = tmp_path / "table.csv"
    table(TP=0.001).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"table\.csv, column TP: AA-T00"):
        read_predictors(path)
    assert list(read_predictors(path, judged=True)[list(PREDICTORS)]) == list(PREDICTORS)
    read_predictors(path, accept=["AA-T00"])


def test_without_a_latitude_only_the_other_rules_judge():
    with findings.collected() as found:
        check_columns(table(SSRD=8.64).drop(columns="E"), origin="table.csv")
    assert found == []
