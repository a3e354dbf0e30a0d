"""Where simulated towers stand and when they measure."""

from __future__ import annotations

import pandas as pd

from carbonscape.simulate.parts import TowerParts
from carbonscape.simulate.sites import plan_sites, site_name


def test_no_two_names_are_alike_even_where_case_does_not_count() -> None:
    assert len({site_name(index).lower() for index in range(6760)}) == 6760


def test_towers_stand_where_fluxnet_has_them() -> None:
    plans = plan_sites(sites=200, first_year=2001, last_year=2006, seed=3, parts=TowerParts())
    main = pd.Series([p.climate.koppen[0] for p in plans]).value_counts(normalize=True)
    assert main["D"] + main["C"] > 0.65
    assert 0.02 < main["A"] < 0.12
    assert 0.02 < main["E"] < 0.08
    assert set("ABCDE") == {p.climate.koppen[0] for p in plans[:60]}
    assert len({p.igbp for p in plans}) >= 10
    assert sum(p.lat < 0 for p in plans) > 10
    for p in plans:
        assert p.climate.lat[0] <= p.lat <= p.climate.lat[1]
        assert p.climate.lon[0] <= p.lon <= p.climate.lon[1]
        assert p.igbp in p.climate.igbp


def test_some_towers_start_before_the_rest() -> None:
    options = {"sites": 30, "first_year": 2001, "last_year": 2006, "seed": 3}
    early = [p.first_year for p in plan_sites(**options, parts=TowerParts())]
    assert sum(year < 2001 for year in early) == 5
    assert min(early) >= 1998
    usual = plan_sites(**options, parts=TowerParts(early_years=False))
    assert min(p.first_year for p in usual) == 2001
    assert all(2001 <= p.first_year <= p.last_year <= 2006 for p in usual)
