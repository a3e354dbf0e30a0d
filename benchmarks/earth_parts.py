"""What each hidden part of the simulated Earth costs: scores with the part switched off.

Runs the demo once as it is and once without each part, each in its own results folder, and
prints a table of the steps from the cross-validated score to the score of the map:

    .venv/bin/python benchmarks/earth_parts.py --cores 2 [--quick]

Models are a random forest, whose scores hardly depend on chance, and the climatology. Each of the
runs takes about a minute on two cores; several seeds are several Earths. The numbers of the last
run that was kept stand in docs/simulated_earth.md. The quick form runs the tiny Earth of the tests
once, as it is, with the climatology alone: it tries the script only.
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
MODELS = ["random_forest", "climatology"]
#: What the quick form changes: one model, and the globe in one tile.
QUICK = {
    "products": ["gpp"],
    "gpp": {
        "crossval": {
            "pfts": ["igbp_esa_cci"],
            "models": ["climatology"],
            "windows": ["jan_to_m"],
            "holdouts": {"models": []},
        },
        "product": {"models": ["climatology"], "tile_cells": 12},
    },
    "figures": {"window": "jan_to_m", "pft": "igbp_esa_cci"},
}


def configure(part: str, seed: int, folder: Path, *, quick: bool) -> Path:
    """Write what differs from the demo, and return the file."""
    shown = {"models": MODELS}
    changes = {"gpp": {"crossval": {"pfts": ["igbp_esa_cci"], **shown}, "product": shown}}
    changes = (QUICK if quick else changes) | {
        "run": f"parts-{part}-{seed}",
        "seed": seed,
        "simulation": {"parts": {} if part == "none" else {part: False}},
    }
    path = folder / f"{part}-{seed}.yaml"
    path.write_text(yaml.safe_dump(changes), encoding="utf-8")
    return path


def run(part: str, seed: int, *, cores: int, folder: Path, quick: bool) -> pd.DataFrame:
    """Run the demo, or the tiny Earth, without a part and return its table of scores."""
    gpp = f"results/parts-{part}-{seed}/gpp"
    target = f"{gpp}/figures/gpp_truth_gap.csv"
    command = [
        sys.executable, "-m", "snakemake", "--cores", str(cores), "--quiet", "all",
        "--configfile", f"config/{'tiny' if quick else 'demo'}.yaml",
        str(configure(part, seed, folder, quick=quick)),
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
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="all, or none if quick")
    parser.add_argument("--quick", action="store_true", help="the tiny Earth, one model")
    arguments = parser.parse_args()
    parts = arguments.parts or (PARTS[:1] if arguments.quick else PARTS)
    folder = ROOT / "results" / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    tables = [
        run(part, seed, cores=arguments.cores, folder=folder, quick=arguments.quick)
        for seed in arguments.seeds
        for part in parts
    ]
    joined = pd.concat(tables)
    joined.to_csv(folder / "earth_parts.csv", index=False)
    for column in ("r2", "rmse"):
        wide = joined.pivot_table(index=["model", "step", "name"], columns="off", values=column)
        print(f"\n{column}, mean over the seeds\n{wide[list(parts)].round(3).to_string()}")


if __name__ == "__main__":
    main()
