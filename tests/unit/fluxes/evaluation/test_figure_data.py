"""The numbers behind the figures: bins, shifted seasons, ranks and counts."""

from __future__ import annotations

import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation import crossval_figures
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.towers import figure_fig01
from carbonscape.fluxes.tables import PREDICTIONS, SITE_SCORES

SHOWN = {"split": 0, "window": "jan_to_m", "pft": "igbp"}

SITES = pd.DataFrame(
    [
        ("NN-One", 40.0, 10.0, "GRA", "Cfb", "temperate"),
        ("NN-Two", 50.0, 20.0, "DBF", "Cfb", "temperate"),
        ("SS-One", -35.0, 150.0, "GRA", "Cfb", "temperate"),
        ("TT-One", 2.0, -60.0, "EBF", "Af", "tropical"),
    ],
    columns=["site", "lat", "lon", "igbp", "koppen", "climate"],
)


def pairs(*rows) -> pd.DataFrame:
    """Predictions from (site, year, month, observed, predicted)."""
    table = pd.DataFrame(rows, columns=["site", "year", "month", "observed", "predicted"])
    return PREDICTIONS.check(table.assign(fold=0, spread=float("nan")), "test")


def two_years(site: str, month: int, observed: float, predicted: float):
    """The same pair in two years."""
    return [(site, year, month, observed, predicted) for year in (2001, 2002)]


def test_scatter_counts_pairs_in_bins_of_their_lower_edges():
    table = crossval_figures.figure_scatter(
        {
            "mlp": pairs(
                ("NN-One", 2001, 1, 0.1, 0.6),
                ("NN-One", 2001, 2, 0.49, 0.99),
                ("NN-One", 2001, 3, 0.5, 0.99),  # on an edge: the upper bin
                ("NN-One", 2001, 4, -0.1, 0.0),  # below zero: the bin from -0.5
            )
        },
        **SHOWN,
        bin_width=0.5,
    )
    bins = list(zip(table["observed"], table["predicted"], table["count"], strict=True))
    assert bins == [(-0.5, 0.0, 1), (0.0, 0.5, 2), (0.5, 0.5, 1)]
    # Scores are those of the pairs: errors 0.5, 0.5, 0.49, 0.1.
    assert table["bias"].tolist() == pytest.approx([1.59 / 4] * 3)
    assert set(table["samples"]) == {4}
    assert set(table["width"]) == {0.5}


def test_southern_seasons_are_shifted_by_six_months():
    months = pairs(
        *two_years("NN-One", 7, 9.0, 8.0),
        *two_years("NN-One", 1, 1.0, 2.0),
        *two_years("SS-One", 1, 5.0, 6.0),  # southern summer
        *two_years("SS-One", 12, 3.0, 3.0),  # southern December is June
    )
    table = crossval_figures.figure_seasonal_cycle({"mlp": months}, SITES, **SHOWN)
    observed = table[table["series"] == "observed"].set_index("month")
    assert observed.index.tolist() == [1, 6, 7]
    assert observed["mean"].tolist() == [1.0, 3.0, 7.0]  # July: mean of 9 and 5
    assert observed["sites"].tolist() == [1, 1, 2]
    assert observed.loc[7, ["q25", "q75"]].tolist() == [6.0, 8.0]
    predicted = table[table["series"] == "mlp"].set_index("month")
    assert predicted["mean"].tolist() == [2.0, 3.0, 7.0]


def test_every_site_counts_once_whatever_its_record():
    long = [("NN-One", year, 5, 2.0, 2.0) for year in range(2001, 2011)]
    months = pairs(*long, *two_years("NN-Two", 5, 6.0, 6.0), ("TT-One", 2001, 5, 9.0, 9.0))
    table = crossval_figures.figure_seasonal_cycle({"mlp": months}, SITES, **SHOWN)
    assert set(table["climate"]) == {"temperate"}  # one year of TT-One is no mean
    assert table["mean"].tolist() == [4.0, 4.0]


def test_models_are_compared_on_the_same_months_only():
    first = pairs(*two_years("NN-One", 1, 1.0, 2.0), *two_years("NN-One", 2, 1.5, 2.0))
    shuffled = first.iloc[::-1].assign(predicted=3.0)
    table = crossval_figures.figure_seasonal_cycle({"mlp": first, "lstm": shuffled}, SITES, **SHOWN)
    assert table["series"].unique().tolist() == ["observed", "mlp", "lstm"]
    for other in (first.iloc[:3], first.assign(observed=0.0)):
        with pytest.raises(ResultError, match="predictions of lstm are for other site-months"):
            crossval_figures.figure_seasonal_cycle({"mlp": first, "lstm": other}, SITES, **SHOWN)


def site_scores(*rows) -> pd.DataFrame:
    """Site scores from (model, site, samples, r2, rmse)."""
    table = pd.DataFrame(rows, columns=["model", "site", "samples", "r2", "rmse"])
    return SITE_SCORES.check(table.assign(**SHOWN, mae=1.0, bias=0.5), "test")


def test_site_scores_are_ranked_within_their_model():
    table = crossval_figures.figure_site_scores(
        site_scores(
            ("mlp", "NN-One", 24, 0.2, 3.0),
            ("mlp", "NN-Two", 24, 0.9, 1.0),
            ("mlp", "SS-One", 24, 0.9, 2.0),
            ("mlp", "TT-One", 11, 0.5, 2.0),  # fewer than twelve months
            ("lstm", "NN-One", 24, 0.1, 3.0),
            ("lstm", "NN-Two", 24, None, 3.0),  # observations that do not vary
        ),
        SITES,
        **SHOWN,
    )
    ranks = table.set_index(["model", "site"])
    assert ranks.loc["mlp", "r2_share"].tolist() == pytest.approx([1 / 3, 1, 1])
    assert ranks.loc["mlp", "rmse_share"].tolist() == pytest.approx([1, 1 / 3, 2 / 3])
    assert ranks.loc["lstm"].index.tolist() == ["NN-One"]
    assert ranks.loc[("mlp", "SS-One"), "climate"] == "temperate"


def test_site_scores_of_another_split_are_left_out():
    scores = site_scores(("mlp", "NN-One", 24, 0.2, 3.0))
    elsewhere = SHOWN | {"split": 1}
    assert crossval_figures.figure_site_scores(scores, SITES, **elsewhere).empty
    assert len(crossval_figures.figure_site_scores(scores, SITES, **SHOWN)) == 1


def test_score_figures_choose_their_rows():
    months = pairs(
        *two_years("NN-One", 1, 1.0, 2.0),
        *two_years("NN-One", 7, 4.0, 4.0),
        *two_years("TT-One", 7, 8.0, 7.0),
    )
    scores = pd.concat(
        score_predictions(months, SITES, **(SHOWN | {"window": window}), model="mlp")[0]
        for window in ("jan_to_m", "1m")
    )
    fig04 = crossval_figures.figure_fig04(scores)
    assert fig04["window"].tolist() == ["jan_to_m", "1m"]
    assert set(fig04["scope"]) == {"global"}
    fig05 = crossval_figures.figure_fig05(scores)
    assert list(zip(fig05["window"], fig05["group"], strict=True)) == [
        ("jan_to_m", "tropical"),
        ("jan_to_m", "temperate"),
    ]
    assert set(fig05["quantity"]) == {"monthly"}
    assert set(crossval_figures.figure_fig06(scores, window="1m")["quantity"]) == {"seasonal_cycle"}
    quantities = crossval_figures.figure_quantities(scores, window="1m")
    assert quantities["quantity"].tolist() == ["monthly", "seasonal_cycle", "site_mean", "anomaly"]
    assert set(quantities["scope"]) == {"global"}
    assert set(quantities["window"]) == {"1m"}
    by_month = crossval_figures.figure_monthly_scores(scores, window="1m", pft="igbp")
    assert by_month["group"].tolist() == ["1", "7"]
    assert crossval_figures.figure_fig05(scores, window="12m").empty
    assert crossval_figures.figure_monthly_scores(scores, window="1m", pft="none").empty


def test_towers_are_counted_by_site_climate_and_class():
    samples = pd.DataFrame({"site": ["NN-One"] * 3 + ["SS-One"] * 2 + ["TT-One"]})
    towers, classes = figure_fig01(SITES, samples)
    assert towers.set_index("site")["samples"].to_dict() == {
        "NN-One": 3,
        "NN-Two": 0,
        "SS-One": 2,
        "TT-One": 1,
    }
    climate = classes[classes["scope"] == "climate"].set_index("group")
    assert climate.index.tolist() == ["tropical", "arid", "temperate", "continental", "polar"]
    assert climate["samples"].tolist() == [1, 0, 5, 0, 0]
    assert climate["sites"].tolist() == [1, 0, 2, 0, 0]
    igbp = classes[classes["scope"] == "igbp"].set_index("group")
    assert igbp.index.tolist() == ["EBF", "DBF", "GRA"]
    assert igbp["samples"].tolist() == [1, 0, 5]
    with pytest.raises(ResultError, match="site XX-Two"):
        figure_fig01(SITES, pd.DataFrame({"site": ["XX-Two"]}))
