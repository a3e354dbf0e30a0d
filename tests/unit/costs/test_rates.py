"""The table of rates: what is read, chosen and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.costs.rates import COLUMNS, cost_of, rates_of, rates_of_project, read_rates
from carbonscape.models.registry import MODELS
from helpers.guards import PROJECT

TABLE = PROJECT / "resources" / "cost_rates.csv"
HEAD = ",".join(COLUMNS) + "\n"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "rates.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_the_first_pair_of_patterns_counts_and_all_its_units(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "train_*,mlp,job,2,,0.5,2026-11-01,here,demo",
        "train_*,*,job,7,,,2026-11-01,here,demo",
        "train_*,mlp,gflop,0.1,0.001,,2026-11-01,here,demo",
        "*,*,job,1,,,2026-11-01,here,demo",
    )
    rates = read_rates(path)
    found = rates_of(rates, "train_flux", "mlp")
    assert {unit: rate.core_s for unit, rate in found.items()} == {"job": 2, "gflop": 0.1}
    assert rates_of(rates, "train_flux", "lstm")["job"].core_s == 7
    assert rates_of(rates, "plot", "")["job"].core_s == 1
    work = {"job": 3, "gflop": 100, "unknown": 1e9}
    cost = cost_of(work, found)
    assert (cost.core_s, cost.gpu_s, cost.disk_mb) == (16, 0, 1.5)
    cost = cost_of(work, found, gpu=True)
    assert (cost.core_s, cost.gpu_s) == (6, pytest.approx(0.1))


def test_the_project_s_table_has_a_rate_for_any_rule_and_says_where_it_was_measured() -> None:
    assert rates_of_project(PROJECT) == read_rates(PROJECT / "resources" / "cost_rates.csv")
    rates = read_rates(TABLE)
    assert all(rate.date and rate.machine and rate.source for rate in rates)
    assert "job" in rates_of(rates, "any_rule", "any_model")
    for model, entry in MODELS.items():
        if entry.kind == "network":
            for rule in ("train_flux", "crossvalidate_xco2", "search_flux", "predict_flux"):
                assert {"job", "gflop", "gvalue"} <= set(rates_of(rates, rule, model)), model


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("a,*,job,fast,,,d,m,s", "'fast'"),
        ("a,*,job,-1,,,d,m,s", "'-1'"),
        ("a,*,job", "core_s is None"),
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path: Path, line: str, word: str) -> None:
    with pytest.raises(ConfigError, match=rf"line 2: .*{word}.*expected a number"):
        read_rates(written(tmp_path, line))


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="put it back"):
        read_rates(tmp_path / "absent.csv")
    path = tmp_path / "other.csv"
    path.write_text("rule,seconds\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the header is rule,seconds; expected rule,model"):
        read_rates(path)
