"""Tables and captions as every page of the report shows them."""

from __future__ import annotations

import pandas as pd
import pytest

from carbonscape.report import tables as report_tables
from carbonscape.report.page import markdown_tables, render_caption


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([(206, 3)], "206 sites, 3 splits"),
        ([(1, 1), (1, 1)], "1 site, 1 split"),
        ([(12000, 1), (180, 2)], "180 to 12,000 sites, 1 to 2 splits"),
    ],
)
def test_counts_in_words(rows: list[tuple[int, int]], text: str) -> None:
    table = pd.DataFrame(rows, columns=["sites", "splits"]).astype(str)
    assert report_tables.counts_of(table, "sites", "splits") == text


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        ("0.718", "0.718", True),
        ("+0.020", "+0.020", True),
        ("206.0", "206", True),
        ("2004", "2004", True),
        ("12094", "12,094", True),
        ("-12094.0", "-12,094", True),
        ("1234567", "1,234,567", True),
        ("12094.5", "12094.5", True),
        ("0.9 to 1.0", "0.9 to 1.0", False),
        ("", "", False),
    ],
)
def test_cells(value: str, text: str, number: bool) -> None:
    assert report_tables._cell(value) == {"text": text, "number": number, "absent": False}


def test_what_is_not_there_is_marked() -> None:
    for value in ("not run", "not run (maps with igbp: 98.0)", "—"):
        assert report_tables._cell(value) == {"text": value, "number": False, "absent": True}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("0.71249", 3, "0.712"),
        ("0.71249", None, "0.71249"),
        ("-0.0004", 3, "0.000"),
        ("1e-06", 2, "0.00"),
        ("-1.5e+01", 1, "-15.0"),
        ("2016", 3, "2016"),
        ("DJF, MAM", 3, "DJF, MAM"),
        ("", 3, ""),
    ],
)
def test_numbers_in_full_are_rounded(value: str, decimals: int | None, text: str) -> None:
    assert report_tables.rounded(value, decimals) == text


def test_markdown_tables_are_read_cell_by_cell() -> None:
    text = (
        "# Title\n\nText with | a bar.\n\n## First `one`\n\n| no. | key |\n|---|:--|\n"
        "| D1 | `a.b`, `c` |\n| D2 | |\n\n## Second\n\n|x|\n|-|\n| - 3 |\n"
    )
    assert markdown_tables(text) == [
        {
            "section": "First `one`",
            "headings": ["no.", "key"],
            "rows": [["D1", "a.b, c"], ["D2", ""]],
        },
        {"section": "Second", "headings": ["x"], "rows": [["- 3"]]},
    ]


def test_captions_are_restructured_text_with_the_configuration() -> None:
    text = '**{{ snakemake.params.label }}** of {{ snakemake.config["run"] }}.'
    html = render_caption(text, {"run": "a<b"}, {"label": "Map"})
    assert "<strong>Map</strong> of a&lt;b." in html
    with pytest.raises(Exception, match="undefined|no attribute"):
        render_caption('{{ snakemake.config["rum"] }}', {"run": "x"}, {})
    with pytest.raises(Exception, match="undefined|no attribute"):
        render_caption("{{ snakemake.params.labl }}", {}, {"label": "x"})
    with pytest.raises(Exception, match="raw|directive"):
        render_caption(".. raw:: html\n\n   <script>x</script>\n", {}, {})
