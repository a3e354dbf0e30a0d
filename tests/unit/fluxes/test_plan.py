"""What a run makes of a flux: where its weather comes from, with whom it shares predictors."""

from __future__ import annotations

from typing import Any

import yaml

from carbonscape.fluxes.plan import plan_fluxes, shared_features
from carbonscape.fluxes.settings import Setting
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def plans(**keys: Any) -> dict:
    """Return the plans of two fluxes, of which the second differs in some keys."""
    config = {**CONFIG, "products": ["gpp", "reco"], "reco": {**CONFIG["gpp"], **keys}}
    return plan_fluxes(config, "results/run")


def test_the_source_of_the_weather_is_that_of_the_key() -> None:
    found = plans(weather_source="earthengine")
    assert (found["gpp"].weather, found["reco"].weather) == ("era5_land", "era5_land_8day")


def test_fluxes_share_predictors_where_the_weather_is_the_same() -> None:
    same = "results/run/gpp/features"
    assert shared_features(plans()) == {"gpp": same, "reco": same}
    other = shared_features(plans(weather_source="earthengine"))
    assert other == {"gpp": same, "reco": "results/run/reco/features"}


def test_unseen_splits_are_run_and_never_averaged() -> None:
    crossval = {**CONFIG["gpp"]["crossval"], "splits": [0, 2], "unseen_splits": [5]}
    plan = plans(crossval=crossval)["reco"]
    assert plan.splits == ["split_0", "split_2"]
    assert plan.schemes[:3] == ["split_0", "split_2", "split_5"]
    assert not any("split_5" in path for path in [*plan.experiments(), *plan.holdouts()])
    unseen = plan.unseen_experiments("run.json")
    # In the setting of the figures, where models are compared.
    shown = "-{pft}-{window}.run.json".format(**plan.shown)
    alike = [path for path in plan.experiments("run.json") if path.endswith(shown)]
    assert unseen == [path.replace("split_2", "split_5") for path in alike if "split_2" in path]
    assert len(unseen) > 5
    assert set(plan.every_experiment()) == {
        *plan.experiments(), *plan.unseen_experiments(), *plan.holdouts(),
    }  # fmt: skip
    assert plans()["reco"].unseen_experiments() == []


def test_parts_of_a_blend_may_read_windows_of_their_own() -> None:
    section = CONFIG["gpp"]
    blend = {"parts": ["fluxformer_annual", "extra_trees@12m"], "weights": "equal"}
    models = {**section["models"], "blend": blend}
    crossval = {**section["crossval"], "windows": ["jan_to_m"]}
    found = plans(models=models, crossval=crossval)["reco"]
    setting = Setting("blend", "igbp", "jan_to_m")
    folder = "results/run/reco"
    assert found.part_files("spatial", setting, "parquet") == [
        f"{folder}/crossval/spatial/fluxformer_annual-igbp-jan_to_m.parquet",
        f"{folder}/crossval/spatial/extra_trees-igbp-12m.parquet",
    ]
    assert found.model_files("blend", "igbp") == [
        f"{folder}/models/fluxformer_annual-igbp-jan_to_m.zip",
        f"{folder}/models/extra_trees-igbp-12m.zip",
    ]
    assert found.parts("blend") == ["fluxformer_annual", "extra_trees"]
    # Their samples are those that all windows have.
    assert found.windows == ["jan_to_m", "12m"]
    # So it is where the blend is mapped alone.
    alone = {**crossval, "models": ["lstm"], "holdouts": {**crossval["holdouts"], "models": []}}
    mapped = {**section["product"], "models": ["blend"]}
    assert plans(models=models, crossval=alone, product=mapped)["reco"].windows[1:] == ["12m"]
    unmapped = {**mapped, "models": []}
    assert plans(models=models, crossval=alone, product=unmapped)["reco"].windows == ["jan_to_m"]
    assert found.part_settings("lstm", "none", "6m") == [Setting("lstm", "none", "6m")]


def test_what_is_repeated_inside_the_training_sites() -> None:
    section = CONFIG["gpp"]
    crossval = {**section["crossval"], "windows": ["jan_to_m"]}
    parts = ["fluxformer_annual", "extra_trees@12m"]
    annual = Setting("fluxformer_annual", "igbp", "jan_to_m")
    trees = Setting("extra_trees", "igbp", "12m")
    others = [Setting("extra_trees", "igbp", "jan_to_m"), Setting("lstm", "none", "jan_to_m")]

    def plan(weights: str, candidates: dict):
        search = {"inner_folds": 4, "candidates": candidates}
        models = {**section["models"], "blend": {"parts": parts, "weights": weights}}
        return plans(models=models, crossval={**crossval, "search": search})["reco"]

    equal = plan("equal", {})
    assert not any(map(equal.is_searched, (annual, trees, *others)))
    assert equal.weight_files("blend", "igbp") == []
    # Weights are fitted on the predictions of the parts, each in its own window.
    fitted = plan("fitted", {})
    assert [fitted.is_searched(setting) for setting in (annual, trees, *others)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert fitted.search_of(trees) == {"candidates": [], "inner_folds": 4, "always": True}
    folder = "results/run/reco"
    assert fitted.weight_files("blend", "igbp") == [f"{folder}/models/blend-igbp.weights.json"]
    assert fitted.weight_files("fluxformer_annual", "igbp") == []
    assert fitted.weighed_files("blend", "igbp", "run.json") == [
        f"{folder}/crossval/split_0/fluxformer_annual-igbp-jan_to_m.run.json",
        f"{folder}/crossval/split_0/extra_trees-igbp-12m.run.json",
    ]
    # Candidates are compared wherever their model is.
    chosen = plan("equal", {"extra_trees": [{}, {"min_leaf": 9}]})
    assert [chosen.is_searched(setting) for setting in (annual, trees, *others)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert chosen.search_of(trees)["candidates"] == [{}, {"min_leaf": 9}]
    assert not chosen.search_of(trees)["always"]


def mapped(models: list[str], pfts: list[str], compared: list[str], **more: Any) -> Any:
    product = {**CONFIG["gpp"]["product"], "models": models, "pfts": pfts, **more}
    return plans(product={**product, "compared_pfts": compared})["reco"]


def test_the_first_model_alone_is_mapped_in_the_compared_settings() -> None:
    plan = mapped(["mlp", "blend"], ["igbp_esa_cci"], ["igbp", "none"])
    assert plan.product_maps == ["mlp-igbp_esa_cci", "blend-igbp_esa_cci"]
    # In the order of the paper, whatever that of the configuration.
    assert plan.compared_maps == ["mlp-none", "mlp-igbp", "mlp-igbp_esa_cci"]
    assert plan.maps == [*plan.product_maps, "mlp-none", "mlp-igbp"]
    files = plan.map_files([2016], maps=plan.compared_maps)
    assert files[0] == "results/run/reco/product/mlp-none/reco_2016.nc"
    assert len(files) == 3
    assert len(plan.map_files()) == 4 * 20


def test_a_setting_that_is_named_twice_is_mapped_once() -> None:
    plan = mapped(["mlp"], ["igbp", "none"], ["igbp"])
    assert plan.maps == ["mlp-igbp", "mlp-none"]
    assert plan.compared_maps == ["mlp-none", "mlp-igbp"]
    nothing = mapped([], ["igbp"], ["none"])
    assert (nothing.maps, nothing.compared_maps, nothing.shown_maps) == ([], [], [])
    assert nothing.tiles == []


def test_the_default_maps_the_four_settings_of_the_paper_and_shows_esa_cci() -> None:
    plan = plans()["gpp"]
    settings = ("none", "esa_cci", "igbp", "igbp_esa_cci")
    assert plan.compared_maps == [f"fluxformer-{pft}" for pft in settings]
    assert plan.product_maps == plan.shown_maps == ["fluxformer-esa_cci"]
    assert plan.cover_maps == ["fluxformer-esa_cci", "fluxformer-igbp"]
    assert plan.cover_year == 2001


def test_products_are_shown_in_the_setting_of_the_figures_or_the_first() -> None:
    shown = CONFIG["figures"]["pft"]
    plan = mapped(["mlp", "lstm"], ["none", shown], [])
    assert plan.shown_maps == [f"mlp-{shown}", f"lstm-{shown}"]
    assert mapped(["mlp"], ["none", "esa_cci"], [shown]).shown_maps == ["mlp-none"]


def test_covers_are_compared_where_both_are_mapped_in_the_year_that_there_is() -> None:
    assert mapped(["mlp"], ["esa_cci"], ["none", "igbp_esa_cci"]).cover_maps == []
    late = mapped(["mlp"], ["igbp"], ["esa_cci"], first_year=2010)
    assert late.cover_maps == ["mlp-esa_cci", "mlp-igbp"]
    assert late.cover_year == CONFIG["figures"]["map_year"] == 2016
