"""Tables of the page on XCO2: no name of a column, key or boolean is left to the reader."""

from __future__ import annotations

from pathlib import Path

from carbonscape.columns.report_tables import folded_by_product, table_in_words


def texts(table: dict) -> list[list[str]]:
    """Return the texts of the rows of a table of the page."""
    return [[cell["text"] for cell in row] for row in table["rows"]]


def test_names_and_numbers_stand_in_words(tmp_path: Path) -> None:
    path = tmp_path / "validation.csv"
    path.write_text(
        "scheme,time_input,model,mae,baseline,beats_baseline\n"
        "sample,none,at_bilstm,0.5123,growth_persistence,False\n"
        "sample,background_anomaly,at_bilstm,0.4,none,True\n"
    )
    table = table_in_words(str(path))
    assert table["headings"][3:] == ["MAE", "better baseline", "beats it"]
    assert texts(table) == [
        ["Random samples", "no time input", "At-BiLSTM", "0.51", "Growth persistence", "no"],
        ["Random samples", "departure from a background", "At-BiLSTM", "0.40", "", "yes"],
    ]


def test_a_time_input_is_named_where_products_differ_in_it(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    rows = ["at_bilstm-none,1", "at_bilstm-background_anomaly,2", "oco,3"]
    path.write_text("product,rmse\n" + "\n".join(rows) + "\n")
    table = folded_by_product(str(path), ["at_bilstm-background_anomaly"])
    assert texts(table["short"]) == [["At-BiLSTM, departure from a background", "2"]]
    assert [row[0] for row in texts(table["full"])] == [
        "At-BiLSTM, no time input", "At-BiLSTM, departure from a background", "OCO-2/3",
    ]  # fmt: skip
    # Nothing is hidden where the product of the figures has no row.
    assert folded_by_product(str(path), ["xgboost-none"])["full"] is None
    assert len(folded_by_product(str(path), ["xgboost-none"])["short"]["rows"]) == 3


def test_places_sources_and_coverages_stand_in_words(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text(
        "region,source,place\nasia,oco2,shippingport\neastern_canada,product,shanghai\n"
    )
    assert texts(table_in_words(str(path))) == [
        ["Asia", "OCO-2", "Shippingport, Pennsylvania"],
        ["eastern Canada", "the map", "Shanghai Station"],
    ]
    path.write_text("coverage,coverage95\n0.7,0.9\n")
    # On the page of a flux the first is the share of the land that a map covers.
    assert table_in_words(str(path))["headings"] == ["inside 68 %", "inside 95 %"]


def test_shares_inside_the_spread_are_not_called_shares_of_the_land(tmp_path: Path) -> None:
    path = tmp_path / "spread_groups.csv"
    path.write_text("scope,group,std,coverage,coverage_low\nseason,DJF,0.653,0.7085,0.62\n")
    table = table_in_words(str(path))
    assert table["headings"][2:] == ["standard deviation", "inside 68 %", "low"]
    assert texts(table) == [["season", "DJF", "0.65", "0.71", "0.62"]]
