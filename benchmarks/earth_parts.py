"""What each hidden part of the simulated Earth costs: scores with the part switched off.

Runs the demo once as it is and once without each part, each in its own results folder, and
prints a table of the steps from the cross-validated score to the score of the map:

    .venv/bin/python benchmarks/earth_parts.py --cores 2

Models are a random forest, whose scores hardly depend on chance, and the climatology. Each of the
runs takes about a minute on two cores; several seeds are several Earths. The numbers of the last
run that was kept stand in docs/simulated_earth.md.
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


def configure(part: str, seed: int, folder: Path) -> Path:
    """Write what differs from the demo, and return the file."""
    models = ["random_forest", "climatology"]
    changes = {
        "run": f"parts-{part}-{seed}",
        "seed": seed,
        "simulation": {"parts": {} if part == "none" else {part: False}},
        "gpp": {
            "crossval": {"pfts": ["igbp_esa_cci"], "models": models},
            "product": {"models": models},
        },
    }
    path = folder / f"{part}-{seed}.yaml"
    path.write_text(yaml.safe_dump(changes), encoding="utf-8")
    return path


def run(part: str, seed: int, *, cores: int, folder: Path) -> pd.DataFrame:
    """Run the demo without a part and return its table of scores."""
    gpp = f"results/parts-{part}-{seed}/gpp"
    target = f"{gpp}/figures/gpp_truth_gap.csv"
    command = [
        sys.executable, "-m", "snakemake", "--cores", str(cores), "--quiet", "all",
        "--configfile", "config/demo.yaml", str(configure(part, seed, folder)),
        "--", target, f"{gpp}/scores/scores.csv",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    table = pd.read_csv(ROOT / target).rename(columns={"product": "model"})
    table["model"] = table["model"].str.split("-").str[0]
    scores = pd.read_csv(ROOT / gpp / "scores" / "scores.csv")
    scores = scores[(scores["scope"] == "global") & (scores["quantity"] != "monthly")]
    scores = scores.assign(step="a", name=scores["quantity"])
    columns = ["model", "step", "name", "r2", "rmse"]
    joined = pd.concat([table[columns], scores[columns]])
    return joined.assign(off=part, seed=seed)


def main() -> None:
    """Run every variant and print R2 and RMSE by product and step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    folder = ROOT / "results" / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    tables = [
        run(part, seed, cores=arguments.cores, folder=folder)
        for seed in arguments.seeds
        for part in arguments.parts
    ]
    joined = pd.concat(tables)
    joined.to_csv(folder / "earth_parts.csv", index=False)
    for column in ("r2", "rmse"):
        wide = joined.pivot_table(index=["model", "step", "name"], columns="off", values=column)
        print(
            f"\n{column}, mean over the seeds\n{wide[list(arguments.parts)].round(3).to_string()}"
        )


if __name__ == "__main__":
    main()
