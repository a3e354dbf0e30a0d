"""The report: one file that needs no other, with everything that a reviewer asks for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

import guards
from carbonscape import report
from carbonscape.report import SECTIONS, markdown_tables, render_caption, write_report

WORKFLOW = guards.PROJECT / "workflow"
CAPTIONS = sorted((WORKFLOW / "report").glob("*.rst"))
DEVIATIONS = guards.PROJECT / "docs" / "deviations.md"

#: A picture of one pixel, and a tail that tells pictures apart.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

#: What a browser would fetch by itself.
FETCHED = {"src", "srcset", "poster", "data", "background", "formaction", "action", "xlink:href"}


class Page(HTMLParser):
    """What is needed of an HTML page: its tags, its text, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def attributes(self, tag: str, name: str) -> list[str]:
        """Return the values of one attribute of all tags of a kind."""
        return [attrs[name] for found, attrs in self.tags if found == tag and name in attrs]


Maker = Callable[..., str]

#: The keys that captions read.
CONFIG: dict[str, Any] = {
    "run": "small",
    "archive": "real",
    "gpp": {
        "min_qc": 0.8,
        "grid": {"cell": 4},
        "product": {"first_year": 2011, "last_year": 2020},
        "sif": {
            "first_month": "2018-05",
            "last_month": "2019-12",
            "every_days": 1,
            "max_cloud_fraction": 0.2,
            "min_count": 3,
            "min_months": 12,
        },
    },
    "figures": {"map_year": 2016, "split": 0},
}

#: Tables that a run has beside its figures of maps and of the truth.
MAP_TABLES = {
    "gpp_fig16a_growth": "product,first_year,last_year,gpp,coverage,growth,growth_error\n"
    "fluxformer-igbp,2011,2020,121.98765,0.97654,0.31234,\n",
}
TRUTH_TABLES = {
    "gpp_truth_skill": "product,baseline,climate,year,DJF,MAM,JJA,SON,not_better\n"
    "fluxformer-igbp,climatology-igbp,all,0.61499,0.5,0.25,1e-06,-0.004,nowhere\n"
    'rf-igbp,climatology-igbp,all,0.5,-0.5,-0.25,0.5,0.1,"DJF, MAM"\n'
    'rf-igbp,climatology-igbp,polar,-2.0,,,-0.1,0.1,"year, JJA"\n',
    "gpp_truth_growth": "product,years,gpp,truth,growth,growth_truth,r_years\n"
    "fluxformer-igbp,10,120.5,130.25,0.1,0.2,0.9\n",
    "gpp_truth_gap": "product,step,name,samples,r2,rmse,spread,bias,meaning\n"
    "fluxformer-igbp,a,cross-validation,12345,0.71249,1.5,2.8,-0.1,unseen towers\n"
    "fluxformer-igbp,e,by area,99999,0.8,1.2,2.7,-0.2,every cell counts by area\n"
    "rf-igbp,e,by area,99999,0.7,1.3,2.7,-0.2,every cell counts by area\n",
}


def record(split: int, model: str) -> dict[str, Any]:
    """Return the provenance of one cross-validation."""
    return {
        "carbonscape": "9.8.7",
        "config": {"model": model},
        "device": "cpu",
        "git": {"commit": "c0ffee" * 6 + "beef", "dirty": True},
        "inputs": {"samples.parquet": "5a" * 32, "folds.json": f"{split}f" * 32},
        "packages": {"numpy": "1.2.3", "torch": "4.5.6"},
        "python": "3.12.1",
        "seed": 42,
        "system": "Linux x86_64",
    }


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Return a function that writes a report on small artefacts and returns its text."""

    def text(name: str, content: str) -> str:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
        return str(tmp_path / name)

    def write(
        *,
        config: dict[str, Any] | None = None,
        figures: tuple[str, ...] = ("gpp_fig04", "gpp_fig01"),
        scorecard: str = "cv_r2,R² of GPP,about 0.73,0.718,section 4.1,D9\n",
        splits: tuple[int, ...] = (0,),
        template: Path = WORKFLOW / "report" / "report.html.j2",
        tables: dict[str, str] | None = None,
    ) -> str:
        pictures = []
        for figure in figures:
            pictures.append(tmp_path / "figures" / f"{figure}.png")
            pictures[-1].parent.mkdir(exist_ok=True)
            pictures[-1].write_bytes(PIXEL + figure.encode())
        further = MAP_TABLES if "gpp_fig11" in figures else {}
        further = further | (TRUTH_TABLES if "gpp_truth_map" in figures else {}) | (tables or {})
        head = "id,quantity,reported,run,source,explained_by\n"
        counts = "step,meaning,rows,sites,paper_rows\nqualified,good enough,12007,206,12094.0\n"
        write_report(
            tmp_path / "report" / "index.html",
            template=template,
            config=config or CONFIG,
            figures=[str(picture) for picture in pictures],
            captions=[str(path) for path in CAPTIONS],
            scorecard=text("scorecard.csv", head + scorecard),
            filter_counts=text("filter_counts.csv", counts),
            sample_counts=text("sample_counts.csv", counts.replace("12007", "9876")),
            tables=[
                text(f"table_s{number}.csv", f"model,pft,r2\nfluxformer,igbp,0.61{number}\n")
                for number in (1, 2, 3)
            ]
            + [text(f"{name}.csv", content) for name, content in further.items()],
            folds=[
                text(
                    f"split_{split}/folds.json",
                    json.dumps({"split": split, "source": "seed 42", "folds": {"0": ["US-Ha1"]}}),
                )
                for split in splits
            ],
            runs=[
                text(f"split_{split}/6m-igbp-{model}.run.json", json.dumps(record(split, model)))
                for split in splits
                for model in ("fluxformer", "climatology")
            ],
            deviations=str(DEVIATIONS),
        )
        return (tmp_path / "report" / "index.html").read_text(encoding="utf-8")

    return write


def row(page: Page, start: str) -> list[str]:
    """Return the row of a table that starts with a cell."""
    return next(cells for cells in page.rows if cells and cells[0] == start)


# --- one file ----------------------------------------------------------------------------------


def test_the_report_needs_no_other_file(make: Maker, tmp_path: Path) -> None:
    text = make(figures=tuple(path.stem for path in CAPTIONS))
    page = Page(text)
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["index.html"]
    for tag, attrs in page.tags:
        assert tag not in ("link", "script", "iframe", "object", "embed", "base")
        for name in FETCHED & set(attrs):
            assert attrs[name].startswith("data:image/png;base64,"), f"<{tag} {name}=...>"
    assert not re.search(r"@import|url\(", text)
    assert str(tmp_path) not in text
    assert not re.search(r"\.(png|pdf|csv|rst)\b", Page(text).text.replace("folds.csv", ""))


def test_every_link_leads_to_a_place_of_the_page(make: Maker) -> None:
    page = Page(make())
    links = page.attributes("a", "href")
    places = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(links) >= 7
    assert len(set(places)) == len(places)
    assert {link.removeprefix("#") for link in links} <= set(places)


def test_the_same_run_gives_the_same_bytes(make: Maker) -> None:
    assert make() == make()


# --- figures and captions ----------------------------------------------------------------------


def test_every_figure_is_in_the_file_with_its_caption(make: Maker) -> None:
    stems = [path.stem for path in CAPTIONS]
    text = make(figures=tuple(stems))
    page = Page(text)
    pictures = dict(zip(page.attributes("img", "alt"), page.attributes("img", "src"), strict=True))
    assert sorted(pictures) == stems
    for path in CAPTIONS:
        content = base64.b64decode(pictures[path.stem].removeprefix("data:image/png;base64,"))
        assert content == PIXEL + path.stem.encode()
        title = re.match(r"\*\*(.+?)\*\*", path.read_text(encoding="utf-8")).group(1)
        title = re.sub(r"\{\{.+\}\}", str(CONFIG["figures"]["map_year"]), title)
        assert f"<strong>{title}</strong>" in text


def test_figures_stand_in_their_sections_in_order(make: Maker) -> None:
    stems = [stem for section in SECTIONS.values() for stem in section]
    shuffled = tuple(sorted(stems, reverse=True))
    assert re.findall(r'<figure id="(\w+)">', make(figures=shuffled)) == stems
    text = make(figures=("gpp_fig01", "gpp_fig05"))
    data, climates = text.index('<h2 id="data">'), text.index('<h2 id="climates">')
    assert data < text.index('<figure id="gpp_fig01">') < text.index('<h2 id="scores">')
    assert climates < text.index('<figure id="gpp_fig05">')


def test_a_figure_that_no_section_names_is_shown_without_a_caption(make: Maker) -> None:
    page = Page(make(figures=("gpp_fig01", "made_up")))
    assert page.attributes("img", "alt") == ["gpp_fig01", "made_up"]


def test_captions_tell_simulated_from_observed_towers() -> None:
    assert len(CAPTIONS) >= 8
    for path in CAPTIONS:
        text = path.read_text(encoding="utf-8")
        observed = render_caption(text, CONFIG)
        simulated = render_caption(text, CONFIG | {"archive": "simulated"})
        assert "simulated" in simulated, path.name
        # Only a simulated Earth has a truth: those captions need no other form.
        assert ("simulated" in observed) is (path.stem in SECTIONS["truth"]), path.name
        for caption in (observed, simulated):
            assert caption.count("<strong>") == 1
            assert "problematic" not in caption
            assert "{" not in caption


def test_captions_are_restructured_text_with_the_configuration() -> None:
    html = render_caption('**Map** of {{ snakemake.config["run"] }}.', {"run": "a<b"})
    assert "<strong>Map</strong> of a&lt;b." in html
    with pytest.raises(Exception, match="undefined|no attribute"):
        render_caption('{{ snakemake.config["rum"] }}', {"run": "x"})
    with pytest.raises(Exception, match="raw|directive"):
        render_caption(".. raw:: html\n\n   <script>x</script>\n", {})


def test_every_figure_of_the_rules_has_a_caption_and_a_place() -> None:
    rules = (WORKFLOW / "rules" / "figures.smk").read_text(encoding="utf-8")
    evaluate = (WORKFLOW / "rules" / "evaluate.smk").read_text(encoding="utf-8")
    drawn = re.findall(r'^\s+f"\{FIGURES\}/(\w+)\.png"', rules, re.M)
    first = re.search(r"^FIGURE_NAMES = \((.+)\)$", rules, re.M).group(1)
    assert re.findall(r"\*(\w+)", first) == ["CROSSVAL_FIGURES", "MAP_FIGURES", "TRUTH_FIGURES"]
    lists = [
        re.search(rf"^{name}_FIGURES = (.*?)^(?=[A-Z#\n])", evaluate, re.M | re.S).group(1)
        for name in ("CROSSVAL", "MAP", "TRUTH")
    ]
    reported = re.findall(r'"(\w+)"', first + "".join(lists))
    assert len(drawn) >= 8
    assert sorted(drawn) == sorted(reported), "a figure is drawn and not reported, or the reverse"
    assert sorted(path.stem for path in CAPTIONS) == sorted(drawn)
    assert sorted(stem for section in SECTIONS.values() for stem in section) == sorted(drawn)
    captions = re.findall(r'caption="\.\./report/(\w+)\.rst"', rules)
    assert captions == drawn, "a figure has the caption of another"


# --- numbers -----------------------------------------------------------------------------------


def test_tables_hold_the_values_of_their_files(make: Maker) -> None:
    page = Page(make())
    heading = ["quantity", "reported", "run", "source", "deviations"]
    assert heading in page.rows, "the scorecard shows its inner names, or lacks a column"
    assert row(page, "R² of GPP") == ["R² of GPP", "about 0.73", "0.718", "section 4.1", "D9"]
    counts = [cells for cells in page.rows if cells[0] == "qualified"]
    assert counts == [
        ["qualified", "good enough", "12,007", "206", "12,094"],
        ["qualified", "good enough", "9876", "206"],
    ]
    assert ["step", "meaning", "rows", "sites", "the paper's rows"] in page.rows
    scores = [cells for cells in page.rows if cells[0] == "fluxformer"]
    assert scores == [["fluxformer", "igbp", f"0.61{number}"] for number in (1, 2, 3)]
    assert ["model", "PFT", "R²"] in page.rows


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
        ("not run", "not run", False),
        ("", "", False),
    ],
)
def test_cells(value: str, text: str, number: bool) -> None:
    assert report._cell(value) == {"text": text, "number": number}


def test_columns_without_a_value_are_left_out(make: Maker) -> None:
    page = Page(make(scorecard="cv_r2,R² of GPP,about 0.73,0.718,section 4.1,\n"))
    assert row(page, "R² of GPP") == ["R² of GPP", "about 0.73", "0.718", "section 4.1"]


# --- configuration, provenance, folds ----------------------------------------------------------


def test_the_whole_configuration_is_shown(make: Maker) -> None:
    config = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
    text = make(config=config)
    shown = re.search(r"<pre>(.+?)</pre>", text, re.S).group(1)
    assert yaml.safe_load(shown) == config
    assert list(yaml.safe_load(shown)) == list(config), "keys are not in their order"


def test_provenance_is_shown(make: Maker) -> None:
    page = Page(make())
    assert row(page, "code")[1] == f"commit {'c0ffee' * 6}beef, with uncommitted changes"
    assert row(page, "Python")[1] == "3.12.1 on Linux x86_64"
    assert row(page, "packages")[1] == "numpy 1.2.3, torch 4.5.6"
    assert row(page, "seed")[1] == "42"
    assert row(page, "samples.parquet")[1] == f"SHA-256 {'5a' * 32}"
    assert "split_0/6m-igbp-climatology, split_0/6m-igbp-fluxformer" in page.text
    assert "carbonscape 9.8.7" in page.text


def test_every_split_is_shown(make: Maker) -> None:
    page = Page(make(splits=(0, 1)))
    assert "Folds of split 0 (seed 42)" in page.text
    assert "Folds of split 1 (seed 42)" in page.text
    assert ["0", "1 sites: US-Ha1"] in page.rows
    for split in (0, 1):
        assert row(page, f"split_{split}/folds.json")[1] == f"SHA-256 {f'{split}f' * 32}"
        assert f"split_{split}/6m-igbp-fluxformer" in page.text
    assert row(page, "samples.parquet")[1] == f"SHA-256 {'5a' * 32}"


# --- what a reader must not miss ---------------------------------------------------------------


def banner(text: str) -> str:
    """Return the text of the one banner of a report."""
    (found,) = re.findall(r'<p class="banner">(.+?)</p>', text, re.S)
    return " ".join(Page(found).text.split())


def test_a_simulated_run_says_so_first(make: Maker) -> None:
    text = make(config=CONFIG | {"archive": "simulated"})
    assert banner(text).startswith(
        "Simulated Earth: no ranking of methods or products may be read from it."
    )
    assert "The towers, the weather and the satellites of this run do not exist." in banner(text)
    assert text.index('class="banner"') < text.index("<h2")


def test_an_observed_run_says_how_to_read_its_scores(make: Maker) -> None:
    text = make(config=CONFIG)
    assert "0.73" in banner(text)
    assert "(deviation D9)" in banner(text)
    assert "simulated" not in banner(text)
    assert text.index('class="banner"') < text.index("<h2")


# --- maps and truth ----------------------------------------------------------------------------


def test_a_run_without_maps_says_nothing_of_them(make: Maker) -> None:
    text = make()
    for word in ("Maps", "The map against the truth", "mapped over"):
        assert word not in text
    assert "#truth" not in text


def test_maps_have_their_section_and_their_table(make: Maker) -> None:
    text = make(figures=("gpp_fig11", "gpp_fig16a"))
    page = Page(text)
    assert '<a href="#maps">' in text
    assert "#truth" not in text
    assert row(page, "fluxformer-igbp") == [
        "fluxformer-igbp", "2011", "2020", "121.988", "0.977", "0.312",
    ]  # fmt: skip
    assert text.index('<h2 id="climates">') < text.index('<h2 id="maps">')
    assert text.index('<h2 id="maps">') < text.index('<figure id="gpp_fig11">')


def test_the_truth_has_its_section_with_skill_totals_and_steps(make: Maker) -> None:
    text = make(
        config=CONFIG | {"archive": "simulated"},
        figures=("gpp_fig11", *SECTIONS["truth"]),
    )
    page = Page(text)
    truth = text[text.index('<h2 id="truth">') :]
    assert truth.index("Simulated Earth: no ranking of methods or products") < truth.index("<table")
    rows = [cells for cells in page.rows if cells[:2] == ["fluxformer-igbp", "climatology-igbp"]]
    assert rows == [
        ["fluxformer-igbp", "climatology-igbp", "all", "0.61", "0.50", "0.25", "0.00", "0.00",
         "nowhere"]
    ]  # fmt: skip
    for sentence in (
        "fluxformer-igbp is better than climatology-igbp in every climate and season.",
        "rf-igbp is no better than climatology-igbp in: all land (DJF, MAM); polar (year, JJA).",
    ):
        assert sentence in page.text
    # A step's meaning once, its numbers for each product.
    assert page.text.count("every cell counts by area") == 1
    steps = [cells for cells in page.rows if cells[1:2] in (["a"], ["e"])]
    assert steps == [
        ["fluxformer-igbp", "a", "12,345", "0.712", "1.500", "2.800", "-0.100"],
        ["fluxformer-igbp", "e", "99,999", "0.800", "1.200", "2.700", "-0.200"],
        ["rf-igbp", "e", "99,999", "0.700", "1.300", "2.700", "-0.200"],
    ]
    order = re.findall(r'<figure id="(\w+)">', truth)
    assert order == [*SECTIONS["truth"]]


def test_without_a_climatology_the_report_says_so(make: Maker) -> None:
    head = TRUTH_TABLES["gpp_truth_skill"].splitlines()[0] + "\n"
    text = make(
        config=CONFIG | {"archive": "simulated"},
        figures=("gpp_fig11", "gpp_truth_map"),
        tables={"gpp_truth_skill": head},
    )
    assert "No climatology was mapped in this run" in text


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
    assert report._rounded(value, decimals) == text


# --- text that looks like HTML -----------------------------------------------------------------


def test_values_cannot_become_tags(make: Maker) -> None:
    evil = "<script>alert(1)</script> & <b>"
    text = make(
        config={"run": "small", "archive": "real", "results": evil},
        scorecard=f"x,{evil},<i>1</i>,0.7,s,D9\n",
    )
    page = Page(text)
    assert not {"script", "b", "i"} & {tag for tag, _ in page.tags}
    assert page.text.count(evil) == 2


def test_a_template_with_an_unknown_name_fails(make: Maker, tmp_path: Path) -> None:
    template = tmp_path / "bad.j2"
    template.write_text("{{ scorecrad }}")
    with pytest.raises(Exception, match="scorecrad"):
        make(template=template)
    assert not (tmp_path / "report" / "index.html").exists()


# --- deviations --------------------------------------------------------------------------------


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


def test_every_deviation_is_in_the_report(make: Maker) -> None:
    text = DEVIATIONS.read_text(encoding="utf-8")
    numbers = re.findall(r"^\| (D\d+) \|", text, re.M)
    assert numbers == [f"D{number + 1}" for number in range(len(numbers))]
    assert len(numbers) >= 13
    tables = markdown_tables(text)
    assert [cells[0] for table in tables for cells in table["rows"]] == numbers
    assert {len(cells) for table in tables for cells in table["rows"]} == {5}
    page = Page(make())
    for number in numbers:
        assert len(row(page, number)) == 5
