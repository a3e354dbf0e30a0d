"""The whole workflow on the 206 real towers, with networks too small to be good."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from carbonscape.evaluation.metrics import r2
from helpers.project_copy import Project, copy_project

GPP = "results/towers_quick/gpp"


#: Of the models of config/towers_quick.yaml, those that differ in how they are trained.
MODELS = [
    "fluxformer",
    "random_forest",
    "fluxformer_annual",
    "xgboost_annual",
    "blend",
    "climatology",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which config/towers_quick.yaml has run on the towers that it carries."""
    project = copy_project(tmp_path_factory.mktemp("towers"))
    project.configuration = "config/towers_quick.yaml"
    path = project.folder / project.configuration
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["gpp"]["crossval"] |= {"models": MODELS, "holdouts": {"models": ["climatology"]}}
    # Enough to beat the climatology, which is all that is asked of the networks here.
    for name in ("fluxformer", "fluxformer_annual"):
        config["gpp"]["models"][name] |= {"epochs": 3, "members": 1}
    config["gpp"]["models"]["fluxformer"]["epochs_all_months"] = 2
    config["figures"]["dpi"] = 50
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    done = project.run("--cores", "2", timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def counts(project: Project, name: str) -> dict[str, int]:
    """Return the site-months of each step of a counts table."""
    table = pd.read_csv(project.folder / GPP / name)
    return dict(zip(table["step"], table["rows"], strict=True))


def test_quality_control_keeps_what_the_paper_says(project: Project) -> None:
    found = counts(project, "towers/filter_counts.csv")
    assert found["archive"] == 17_916
    assert found["qualified"] == 12_094
    assert found["complete"] == 12_081
    assert found["fences"] == 10_509


def test_predictors_lose_few_samples(project: Project) -> None:
    found = counts(project, "features/sample_counts.csv")
    assert found["predictors"] == 10_469
    assert found["jan_to_m"] == 10_463
    # A part of the blend reads the twelve months before.
    assert found["common"] == 9_731


def test_folds_are_those_of_the_file(project: Project) -> None:
    folds = pd.read_csv(project.folder / "resources/towers/folds.csv").set_index("site")["split_0"]
    for path in (project.folder / GPP / "crossval/split_0").glob("*.parquet"):
        table = pd.read_parquet(path)
        assert (table["fold"] == table["site"].map(folds)).all()
        assert table["site"].nunique() == 191  # the others have no complete window


def test_a_small_forest_comes_close_to_the_reference_score(project: Project) -> None:
    table = pd.read_parquet(
        project.folder / GPP / "crossval/split_0/random_forest-igbp-jan_to_m.parquet"
    )
    # Reference on these folds: 0.757 with 60 trees; here 20, on the samples of both windows.
    assert r2(table["observed"], table["predicted"]) == pytest.approx(0.757, abs=0.02)


def test_the_climatology_is_beaten(project: Project) -> None:
    scores = pd.read_csv(project.folder / GPP / "scores/scores.csv")
    chosen = (scores["quantity"] == "monthly") & (scores["scope"] == "global")
    found = scores[chosen].set_index("model")["r2"]
    assert found["climatology"] < found["fluxformer"]
    assert found["climatology"] < found["random_forest"]


def test_the_report_says_that_these_predictors_are_easier(project: Project) -> None:
    page = (project.folder / "results/towers_quick/report/gpp.html").read_text()
    assert "12,094" in page
    assert "0.73" in page
    assert "deviation D9" in page
