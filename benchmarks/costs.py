"""What a plan takes, and how far it is from what a finished run took.

    PYTHONPATH=workflow .venv/bin/python benchmarks/costs.py plan [--quick]
    PYTHONPATH=workflow .venv/bin/python benchmarks/costs.py compare results/demo --cores 2

``plan`` measures seconds and memory of a dry run and of ``snakemake plan_costs``, of both papers
and of each alone, and keeps them (benchmarks/planning.csv), and the work of both papers, of which
docs/scale.md is made (benchmarks/papers_work.csv). ``compare`` reads the plan and the benchmark
files of a finished run (the demo, a run on towers), and keeps the comparison by stage
(benchmarks/costs_compared.csv). The quick form sums up what is kept and runs nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from carbonscape.core.tables import read_table
from carbonscape.costs.plan import COSTS, WORK, plan_costs
from carbonscape.costs.rates import rates_of_project
from carbonscape.figures.rule_graph import STAGES, stage_of

HERE = Path(__file__).parent
# A process of its own, whose only child is Snakemake: nobody else's memory is counted.
MEASURE = (
    "import json, resource, subprocess, sys, time\n"
    "start = time.monotonic()\n"
    "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(json.dumps([done.returncode, time.monotonic() - start, used.ru_utime + used.ru_stime,"
    " used.ru_maxrss / 1000, done.stdout + done.stderr]))\n"
)


def measure(name: str, *words: str, settings: list[str]) -> dict[str, object]:
    """Return what one call of Snakemake takes: jobs, seconds, core seconds and MB."""
    command = [sys.executable, "-m", "snakemake", *words, "--cores", "1", "--config", *settings]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True
    )
    code, seconds, core, peak, text = json.loads(done.stdout)
    if code:
        sys.exit(text[-3000:])
    jobs = next((line.split()[1] for line in text.splitlines() if line.startswith("total ")), "")
    if words[0] == "plan_costs":
        jobs = text.split("In all ")[1].split(" jobs")[0].replace(",", "")
    row = {
        "call": " ".join(words), "what": name, "jobs": int(jobs), "seconds": round(seconds, 1),
        "core_seconds": round(core, 1), "peak_mb": round(peak),
    }  # fmt: skip
    print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return row


def summary() -> None:
    """Print what both papers cost by the kept work."""
    costs = plan_costs(read_table(HERE / "papers_work.csv", WORK), rates_of_project(HERE.parent))
    print(f"{costs['jobs'].sum():,} jobs, {costs['core_hours'].sum():,.0f} core-hours")


def plan() -> None:
    """Measure planning, and keep it."""
    papers = {"both papers": "[gpp, xco2]", "gpp alone": "[gpp]", "xco2 alone": "[xco2]"}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, products in papers.items():
            # Where nothing is, all is planned.
            settings = [f"products={products}", f"results={folder}"]
            rows += [measure(name, word, settings=settings) for word in ("-n", "plan_costs")]
            if name == "both papers":
                work = Path(folder, "default", "plan_work.csv")
                (HERE / "papers_work.csv").write_bytes(work.read_bytes())
    pd.DataFrame(rows).to_csv(HERE / "planning.csv", index=False, lineterminator="\n")


def compare(results: Path, cores: int) -> None:
    """Print predicted and measured core-seconds by stage, and keep them.

    Args:
        results: folder of a finished run, and of its plan.
        cores: that the run had: a job on several holds them for its time.
    """
    costs = read_table(results / "plan_costs.csv", COSTS)
    planned = costs.groupby("stage")[["jobs", "core_hours"]].sum()
    threads = costs.groupby("rule")["threads"].max().clip(upper=cores)
    took: dict[str, list[float]] = {}
    for path in sorted((results / "benchmarks").glob("*.tsv")):
        with path.open(encoding="utf-8") as file:
            seconds = [float(row["s"]) for row in csv.DictReader(file, delimiter="\t")]
        rule = path.stem.split("-")[0]
        if rule not in ("write_crate", "pack_crate"):
            held = seconds[-1] * int(threads.get(rule, 1))
            took.setdefault(stage_of(rule), []).append(held)
    rows = [
        {
            "stage": stage,
            "planned_jobs": int(planned["jobs"].get(stage, 0)),
            "measured_jobs": len(took.get(stage, [])),
            "planned_core_s": round(planned["core_hours"].get(stage, 0) * 3600, 1),
            "measured_core_s": round(sum(took.get(stage, [])), 1),
        }
        for stage in STAGES
        if took.get(stage) or stage in planned.index
    ]
    table = pd.DataFrame(rows)
    table.loc[len(table)] = ["all", *table.drop(columns="stage").sum()]
    table["planned_core_s"] = table["planned_core_s"].round(1)
    table["measured_core_s"] = table["measured_core_s"].round(1)
    table["ratio"] = (table["planned_core_s"] / table["measured_core_s"]).round(2)
    print(table.to_string(index=False))
    table.insert(0, "run", results.name)
    kept = HERE / "costs_compared.csv"
    others = [pd.read_csv(kept)] if kept.is_file() else []
    table = pd.concat([*(one[one["run"] != results.name] for one in others), table])
    table.to_csv(kept, index=False, lineterminator="\n")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("plan", "compare"), nargs="?", default="plan")
    parser.add_argument("results", type=Path, nargs="?", help="folder of a finished run")
    parser.add_argument("--cores", type=int, default=2, help="that the run had")
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = "workflow"
    if given.quick:
        summary()
    elif given.what == "plan":
        plan()
    elif given.results is None:
        parser.error("compare needs the folder of a finished run")
    else:
        compare(given.results, given.cores)


if __name__ == "__main__":
    main()
