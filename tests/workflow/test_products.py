"""A flux is a configuration: another one needs a module and a word, and reruns nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import netCDF4
import pytest
import yaml

from carbonscape.core.tables import read_table
from carbonscape.fluxes.tables import PREDICTIONS
from helpers.project_copy import Project
from helpers.source_tree import PROJECT

#: Rules that a new flux shares with the others: what they make is there already.
SHARED = {"read_towers", "aggregate_era5_land", "encode_land_cover", "build_gridded_site_series"}
SHARED |= {"build_tile_series", "classify_cells", "grid_sif"}


def with_products(project: Project, name: str, **changes: object) -> Project:
    """Return the project with a configuration of other products, beside the one it has."""
    config = yaml.safe_load((project.folder / project.configuration).read_text("utf-8"))
    path = project.folder / "config" / f"{name}.yaml"
    # In the order of the file: another order of the keys is another parameter to Snakemake.
    text = yaml.safe_dump({**config, **changes}, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return Project(project.folder, f"config/{name}.yaml")


@pytest.fixture(scope="module")
def both(finished: Project) -> Project:
    """The finished tiny run, asked for ecosystem respiration as well."""
    return with_products(finished, "respiration", products=["gpp", "reco", "xco2"])


def test_another_flux_reruns_nothing_of_the_others(both: Project) -> None:
    jobs = both.planned()
    pages = {"write_gpp_report", "write_reco_report", "write_xco2_report"}
    assert pages <= set(jobs)
    assert not set(jobs) & SHARED
    assert not [rule for rule in jobs if "xco2" in rule and rule not in pages]
    assert not [rule for rule in jobs if rule.startswith(("simulate_", "plot_gpp"))]
    assert jobs["filter_towers"] == 1
    # As many trainings as GPP has.
    gpp = with_products(both, "productivity", products=["gpp"]).jobs()
    assert jobs["train_flux"] == len([job for job in gpp if job.rule == "train_flux"])


def test_respiration_is_cross_validated_mapped_checked_and_reported(both: Project) -> None:
    both.succeed("--cores", "2", "reco")
    root = both.folder / "results" / "tiny"
    tables = sorted((root / "reco" / "crossval" / "split_0").glob("*.parquet"))
    assert len(tables) == len(list((root / "gpp" / "crossval" / "split_0").glob("*.parquet")))
    predicted, other = (
        read_table(root / name / "crossval" / "split_0" / tables[0].name, PREDICTIONS)
        for name in ("reco", "gpp")
    )
    assert (predicted["observed"] >= 0).all(), "respiration is never negative on this Earth"
    assert not predicted["observed"].equals(other["observed"])
    maps = sorted((root / "reco" / "product").glob("*/reco_*.nc"))
    assert maps
    with netCDF4.Dataset(maps[0]) as data:
        assert data["reco"].long_name == "ecosystem respiration"
        assert data["reco"][:].count() > 0
    assert list((root / "reco" / "product").glob("*/product.checked"))
    page = (root / "report" / "reco.html").read_text("utf-8")
    assert "RECO" in page
    assert "Scorecard" not in page, "no paper reports respiration"
    assert not re.search(r"\bGPP of the paper\b", page)


def test_columns_alone_parse_no_rule_of_fluxes(finished: Project) -> None:
    columns = with_products(finished, "columns", products=["xco2"])
    rules = columns.succeed("--list-rules")
    assert "train_xco2" in rules
    assert not re.findall(r"\b\w+_flux\b|\bread_towers\b|\bgpp\b", rules)


def test_the_flux_of_the_worked_example_is_planned(finished: Project) -> None:
    text = (PROJECT / "docs" / "adapting.md").read_text("utf-8")
    section = text.split("## Own flux\n")[1].split("\n## ")[0]
    module = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    config = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert module
    assert config
    folder = finished.folder / "workflow" / "carbonscape" / "products"
    (folder / "nee.py").write_text(module[1], encoding="utf-8")
    project = with_products(finished, "exchange", **yaml.safe_load(config[1]))
    try:
        jobs = project.planned("nee")
    finally:
        Path(folder / "nee.py").unlink()
    assert jobs["filter_towers"] == 1
    assert jobs["mosaic_nee"] == jobs["check_flux_product"]
    assert not set(jobs) & (SHARED | {"evaluate_flux_truth", "evaluate_flux_scorecard"})
