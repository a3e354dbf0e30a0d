"""What each hidden part of the simulated Earth costs: scores with the part switched off.

Runs the demo once as it is and once without each part, each in its own results folder, and
prints a table of the steps from the cross-validated score to the score of the map:

    .venv/bin/python benchmarks/earth_parts.py --cores 2

Five runs of three to five minutes on two cores. The numbers of the last run that was kept stand
in docs/simulated_earth.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("none", "soil_memory", "unobserved_field", "tower_cover", "co2_trend")


def configure(part: str, folder: Path) -> Path:
    """Write what differs from the demo, and return the file."""
    changes = {
        "run": f"parts-{part}",
        "simulation": {"parts": {} if part == "none" else {part: False}},
        "gpp": {"crossval": {"pfts": ["igbp_esa_cci"]}},
    }
    path = folder / f"{part}.yaml"
    path.write_text(yaml.safe_dump(changes), encoding="utf-8")
    return path


def run(part: str, *, cores: int, folder: Path) -> pd.DataFrame:
    """Run the demo without a part and return its table of scores."""
    target = f"results/parts-{part}/gpp/figures/gpp_truth_gap.csv"
    command = [
        sys.executable, "-m", "snakemake", "--cores", str(cores), "--quiet", "all",
        "--configfile", "config/demo.yaml", str(configure(part, folder)), "--", target,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    table = pd.read_csv(ROOT / target)
    return table.assign(off=part)[["off", "product", "step", "name", "r2", "rmse"]]


def main() -> None:
    """Run every variant and print R2 and RMSE by product and step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    folder = ROOT / "results" / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    tables = [run(part, cores=arguments.cores, folder=folder) for part in arguments.parts]
    joined = pd.concat(tables)
    joined.to_csv(folder / "earth_parts.csv", index=False)
    for column in ("r2", "rmse"):
        wide = joined.pivot_table(index=["product", "step", "name"], columns="off", values=column)
        print(f"\n{column}\n{wide[list(arguments.parts)].round(3).to_string()}")


if __name__ == "__main__":
    main()
