"""Rates of whole tiles go before those of small steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.costs.planet import COLUMNS, rates_of_project, read_planet
from carbonscape.costs.rates import cost_of, rates_of

HEAD = ",".join(COLUMNS) + "\n"


def project(folder: Path, *lines: str) -> Path:
    for name in ("resources", "benchmarks"):
        (folder / name).mkdir()
    (folder / "resources/cost_rates.csv").write_text(
        "rule,model,unit,core_s,gpu_s,disk_mb,date,machine,source\n*,*,job,9,,,d,m,s\n"
    )
    (folder / "benchmarks/planet_rates.csv").write_text(HEAD + "".join(f"{x}\n" for x in lines))
    return folder


def test_a_measured_rule_has_seconds_of_a_cell_and_month(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "build_xco2_tile,xco2,1000,10,50,900,20,2026-11-29,here",
        "build_xco2_tile,xco2,1000,10,50,900,,2026-11-29,here",
        "predict_xco2,xco2,1000,10,50,900,20,2026-11-29,here",
    )
    rates = rates_of_project(root)
    tile = rates_of(rates, "build_xco2_tile", "")
    cost = cost_of({"job": 1, "cell_months": 20_000}, tile)
    assert cost.core_s == pytest.approx(200)
    assert cost.disk_mb == pytest.approx(40)
    # Work of networks is not in proportion to cells alone.
    assert rates_of(rates, "predict_xco2", "mlp")["job"].core_s == 9


def test_a_project_without_them_has_the_others(tmp_path: Path) -> None:
    (project(tmp_path) / "benchmarks/planet_rates.csv").unlink()
    assert [rate.unit for rate in rates_of_project(tmp_path)] == ["job"]


def test_what_is_no_such_table_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, "mosaic_gpp,gpp,0,10,50,900,20,d,m")
    with pytest.raises(ConfigError, match="line 2: cells, months"):
        rates_of_project(root)
    path = tmp_path / "other.csv"
    path.write_text("stage,seconds\n")
    with pytest.raises(ConfigError, match=r"benchmarks/planet\.py"):
        read_planet(path)
