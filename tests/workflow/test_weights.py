"""A blend whose weights are fitted: from predictions inside the training sites to the map."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.io import read_json
from carbonscape.fluxes.training.blend import fit_weights
from helpers.project_copy import Project

OVERLAY = """
gpp:
  crossval:
    search:
      inner_folds: 2
      candidates:
        xgboost_annual: [{}, {trees: 1}]
  models:
    fluxformer_annual:
      width: 8
      heads: 2
      layers: 1
      feedforward: 16
      context_width: 2
      context_hidden: 8
      epochs: 2
      members: 1
    xgboost_annual:
      trees: 20
      learning_rate: 0.2
    blend:
      parts: [fluxformer_annual, xgboost_annual]
      weights: fitted
"""
GPP = "results/tiny/gpp"
CROSSVAL = f"{GPP}/crossval/split_0"
#: Models of all months: those of one month have too few samples inside the training sites.
PARTS = ("fluxformer_annual", "xgboost_annual")
NAME = "igbp_esa_cci-jan_to_m"


@pytest.fixture(scope="module")
def project(finished: Project) -> Project:
    """The finished tiny run, to which a blend with fitted weights is added."""
    (finished.folder / "config" / "fitted.yaml").write_text(OVERLAY, encoding="utf-8")
    maps = [f"{GPP}/product/{model}-igbp_esa_cci/gpp_2016.nc" for model in (*PARTS, "blend")]
    wanted = ["--configfile", "config/tiny.yaml", "config/fitted.yaml", "--cores", "2"]
    finished.succeed(*wanted, "--", f"{CROSSVAL}/blend-{NAME}.parquet", *maps)
    return finished


def inside(project: Project, part: str) -> pd.DataFrame:
    return pd.read_parquet(project.folder / CROSSVAL / f"{part}-{NAME}.search.parquet")


def outside(project: Project, model: str) -> pd.DataFrame:
    return pd.read_parquet(project.folder / CROSSVAL / f"{model}-{NAME}.parquet")


def test_no_prediction_behind_a_weight_is_of_a_held_out_site(project: Project) -> None:
    folds = outside(project, "blend").groupby("fold")["site"].unique()
    for part in PARTS:
        found = inside(project, part)
        assert sorted(found["fold"].unique()) == sorted(folds.index)
        for fold, sites in folds.items():
            known = set(found.loc[found["fold"] == fold, "site"])
            assert not known & set(sites)
            assert known == set(np.concatenate(folds.drop(fold).tolist()))


def test_weights_of_each_fold_blend_its_held_out_sites(project: Project) -> None:
    run = read_json(project.folder / CROSSVAL / f"blend-{NAME}.run.json")
    tables = [inside(project, part) for part in PARTS]
    blended, parts = outside(project, "blend"), [outside(project, part) for part in PARTS]
    assert [row["fold"] for row in run["weights"]] == [0, 1, 2]
    for row in run["weights"]:
        rows = tables[0]["fold"] == row["fold"]
        expected = fit_weights(
            tables[0].loc[rows, "observed"].to_numpy(),
            np.stack([table.loc[rows, "predicted"] for table in tables]),
        )
        stated = [row[f"{part}@jan_to_m"] for part in PARTS]
        np.testing.assert_allclose(stated, expected, atol=1e-6)
        held_out = blended["fold"] == row["fold"]
        mean = sum(w * p.loc[held_out, "predicted"] for w, p in zip(expected, parts, strict=True))
        np.testing.assert_allclose(blended.loc[held_out, "predicted"], mean, rtol=1e-6)


def test_options_are_those_with_the_smaller_error_inside(project: Project) -> None:
    record = read_json(project.folder / CROSSVAL / f"xgboost_annual-{NAME}.choices.json")
    run = read_json(project.folder / CROSSVAL / f"xgboost_annual-{NAME}.run.json")
    assert run["chosen"] == record["scores"]
    scores = pd.DataFrame(record["scores"])
    assert len(scores) == 2 * 3
    found = inside(project, "xgboost_annual")
    error = (found["predicted"] - found["observed"]) ** 2
    rmse = np.sqrt(error.groupby(found["fold"]).mean())
    best = scores.groupby("fold")["rmse"].min()
    np.testing.assert_allclose(rmse, best)
    for row in record["options"]:
        chosen = scores[(scores["fold"] == row["fold"]) & scores["chosen"]]
        assert row["trees"] == {"{}": 20}.get(chosen["overrides"].item(), 1)


def test_the_map_has_the_weights_of_all_sites(project: Project) -> None:
    record = read_json(project.folder / GPP / "models" / "blend-igbp_esa_cci.weights.json")
    parts = [outside(project, part) for part in PARTS]
    expected = fit_weights(
        parts[0]["observed"].to_numpy(), np.stack([part["predicted"] for part in parts])
    )
    np.testing.assert_allclose(record["weights"], expected, atol=1e-9)
    maps = {}
    for model in (*PARTS, "blend"):
        path = project.folder / GPP / "product" / f"{model}-igbp_esa_cci" / "gpp_2016.nc"
        with xr.open_dataset(path) as data:
            maps[model] = data["gpp"].values
            attributes = data.attrs
    mean = sum(w * maps[part] for w, part in zip(record["weights"], PARTS, strict=True))
    assert np.isfinite(mean).any()
    np.testing.assert_allclose(maps["blend"], mean, rtol=1e-5)
    for part in PARTS:
        assert (
            f"{part}@jan_to_m: {record['parts'][f'{part}@jan_to_m']}"
            in (attributes["blend_weights"])
        )
