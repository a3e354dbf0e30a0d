"""Work becomes costs: sums by rule and stage, the largest, and the text of a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.document import FEWER, Machine, days, fewer_samples, shown
from carbonscape.costs.plan import by, largest, plan_costs, work_table
from carbonscape.costs.rates import Rate
from carbonscape.costs.text import cut_of, text_of
from carbonscape.costs.work import about, product_of, work_rows
from carbonscape.costs.write import write_plan


def rate(rule: str, unit: str, core_s: float, gpu_s: float | None = None, disk: float = 0) -> Rate:
    return Rate(rule, "*", unit, core_s, gpu_s, disk, "2026-11-01", "here", "by hand")


RATES = [
    rate("train_*", "job", 3600),
    rate("train_*", "gflop", 36, 3.6),
    rate("*", "job", 360, disk=500),
]


def jobs() -> list[PlannedJob]:
    words = [{"model": "mlp", "product": "gpp"}, {"model": "mlp", "product": "gpp", "x": "1"}]
    both = {"gpp", "xco2"}
    return [
        *(PlannedJob("train_flux", w, threads=2, mem_mb=2000, products={"gpp"}) for w in words),
        PlannedJob("read_towers", {}, mem_mb=500, products=both),
        PlannedJob("evaluate_xco2_maps", {}, mem_mb=700, products={"xco2"}),
    ]


def work_of(job: PlannedJob) -> dict[str, dict[str, float]]:
    if "model" not in job.wildcards:
        return {}
    amount = 300 if "x" in job.wildcards else 100
    return {"mlp": {"gflop": amount}, "lstm": {"gflop": 10}}


def table():
    rows = work_rows(
        jobs(), {"gpp": work_of, "xco2": work_of}, uses_gpu=lambda job: "model" in job.wildcards
    )
    return work_table(rows)


def test_jobs_that_are_alike_are_summed_and_count_once() -> None:
    found = table()
    rows = {(r.rule, r.model, r.unit): (r.jobs, r.amount, r.largest) for r in found.itertuples()}
    assert rows["train_flux", "mlp", "gflop"] == (2, 400, 300)
    assert rows["train_flux", "mlp", "job"] == (2, 2, 1)
    # The second model of the same jobs.
    assert rows["train_flux", "lstm", "gflop"] == (0, 20, 10)
    assert ("train_flux", "lstm", "job") not in rows
    assert set(found["product"]) == {"gpp", "xco2", "shared"}


def test_a_job_is_about_the_product_of_its_wildcard_or_rule() -> None:
    both = {"gpp", "xco2"}
    assert about(PlannedJob("train", {"product": "xco2"}, products=both)) == "xco2"
    assert about(PlannedJob("split_xco2", {}, products=both)) == "xco2"
    assert about(PlannedJob("read_towers", {}, products=both)) == "gpp"
    assert product_of(PlannedJob("read_towers", {}, products={"xco2"})) == "xco2"


def test_costs_by_hand_on_cores_and_on_an_accelerator() -> None:
    costs = plan_costs(table(), RATES, gpu=False).set_index(["rule", "model"])
    assert costs.loc[("train_flux", "mlp"), "core_hours"] == pytest.approx(2 + 400 * 36 / 3600)
    # One hour and 300 x 36 s, on two threads.
    assert costs.loc[("train_flux", "mlp"), "longest_hours"] == pytest.approx((1 + 3) / 2)
    assert costs["disk_gb"].sum() == pytest.approx(1.0)
    assert costs["jobs"].sum() == 4
    there = plan_costs(table(), RATES).set_index(["rule", "model"])
    assert there.loc[("train_flux", "mlp"), "core_hours"] == pytest.approx(2)
    assert there.loc[("train_flux", "mlp"), "gpu_hours"] == pytest.approx(400 * 3.6 / 3600)


def test_summaries_and_the_largest() -> None:
    costs = plan_costs(table(), RATES, gpu=False)
    stages = by(costs, "stage").set_index("stage")
    assert list(stages.index) == ["Quality control", "Training and maps", "Evaluation"]
    assert stages.loc["Training and maps", "jobs"] == 2
    assert stages["mem_mb"].max() == 2000
    first = largest(costs, 1).iloc[0]
    assert (first["rule"], first["model"]) == ("train_flux", "mlp")


def test_the_text_names_keys_that_cut_the_largest() -> None:
    costs = plan_costs(table(), RATES, gpu=False)
    text = text_of(costs, label="a run", download_gb=12.3, download_hours=0.5, refusal="too long")
    assert "In all 4 jobs" in text
    assert "12 GB still to be fetched" in text
    assert "- train_flux (mlp): 2 jobs" in text
    assert "gpp.models.<model>.epochs" in text
    assert text.endswith("REFUSED as it stands: too long")
    assert "max_samples" in cut_of("train_xco2", "xco2")
    assert cut_of("mosaic_gpp", "gpp").startswith("gpp.grid.cell")


def test_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/cost_rates.csv").write_text(
        "rule,model,unit,core_s,gpu_s,disk_mb,date,machine,source\n*,*,job,9,,,d,m,s\n"
    )
    plan = {"rows": table().to_numpy().tolist(), "refusal": ""}
    text = write_plan(
        folder=tmp_path / "run", plan=plan, root=tmp_path, label="a run", downloads=None
    )
    assert (tmp_path / "run/plan_costs.txt").read_text(encoding="utf-8") == text + "\n"
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "plan_costs.csv", "plan_costs.txt", "plan_work.csv",
    }  # fmt: skip


def test_days_on_a_machine() -> None:
    work = table()
    # 6 + 0.2 + 0.2 core-hours; the longest job has two hours on its two threads.
    assert days(work, RATES, Machine("one", 1)) == "6.4 h"
    assert days(work, RATES, Machine("many", 1000)) == "2.0 h"
    assert [shown(value) for value in (0, 0.034, 1.26, 12.6, 1234.0)] == [
        "0", "0.03", "1.3", "13", "1,200",
    ]  # fmt: skip


def test_fewer_samples_are_less_training_and_nothing_else() -> None:
    work = table()
    work["rule"] = work["rule"].replace({"train_flux": "train_xco2"})
    found = fewer_samples(work)
    trained = (work["rule"] == "train_xco2") & (work["unit"] == "gflop")
    assert list(found["amount"][trained]) == list(work["amount"][trained] * FEWER / 10_000_000)
    assert found[~trained].equals(work[~trained])
