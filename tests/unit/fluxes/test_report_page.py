"""The page of a flux: one file that needs no other, with everything in its place."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from carbonscape.figures.registry import words_of
from carbonscape.report.page import markdown_tables, render_caption
from helpers.report_page import (
    CONFIG,
    COUNTS,
    DEVIATIONS,
    FETCHED,
    PIXEL,
    TRUTH_TABLES,
    Maker,
    Page,
    caption_of,
    named,
    part,
    row,
)

# --- one file ------------------------------------------------------------------------------------


def test_the_report_needs_no_other_file(make: Maker, tmp_path: Path) -> None:
    text = make(figures=named())
    page = Page(text)
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["index.html"]
    for tag, attrs in page.tags:
        assert tag not in ("link", "script", "iframe", "object", "embed", "base")
        for name in FETCHED & set(attrs):
            assert attrs[name].startswith("data:image/png;base64,"), f"<{tag} {name}=...>"
    assert not re.search(r"@import|url\(", text)
    assert str(tmp_path) not in text
    # The section on inputs names files of the user.
    rest = text.replace(part(text, "inputs"), "")
    assert not re.search(r"\.(png|pdf|csv|rst)\b", Page(rest).text.replace("folds.csv", ""))


def test_every_link_leads_to_a_place_of_the_page(make: Maker) -> None:
    page = Page(make())
    links = page.attributes("a", "href")
    places = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(links) >= 7
    assert len(set(places)) == len(places)
    # The front page of the run is another file beside it.
    assert {link.removeprefix("#") for link in links} - {"index.html"} <= set(places)


def test_the_same_run_gives_the_same_bytes(make: Maker) -> None:
    assert make() == make()


# --- figures and captions ------------------------------------------------------------------------


def test_every_figure_is_in_the_file_with_its_caption(make: Maker) -> None:
    text = make(figures=named())
    page = Page(text)
    pictures = dict(zip(page.attributes("img", "alt"), page.attributes("img", "src"), strict=True))
    assert list(pictures) == named()
    for name in named():
        content = base64.b64decode(pictures[name].removeprefix("data:image/png;base64,"))
        assert content == PIXEL + name.encode()
        title = re.match(r"\*\*(.+?)\*\*", caption_of(name).read_text(encoding="utf-8")).group(1)
        title = title.replace("{{ snakemake.params.label }}", "GPP")
        title = re.sub(r"\{\{.+\}\}", str(CONFIG["figures"]["map_year"]), title)
        assert f"<strong>{title}</strong>" in text


def test_figures_stand_in_their_sections_in_order(make: Maker) -> None:
    shuffled = tuple(sorted(named(), reverse=True))
    assert re.findall(r'<figure id="(\w+)">', make(figures=shuffled)) == named()
    text = make(figures=("gpp_fig01", "gpp_fig05"))
    data, climates = text.index('<h2 id="data">'), text.index('<h2 id="climates">')
    assert data < text.index('<figure id="gpp_fig01">') < text.index('<h2 id="scores">')
    assert climates < text.index('<figure id="gpp_fig05">')


def test_captions_tell_simulated_from_observed_towers() -> None:
    assert len(named()) >= 8
    for name in named():
        text = caption_of(name).read_text(encoding="utf-8")
        told = words_of("gpp")
        observed = render_caption(text, CONFIG, told)
        simulated = render_caption(text, CONFIG | {"archive": "simulated"}, told)
        assert "simulated" in simulated, name
        # Only a simulated Earth has a truth: those captions need no other form.
        assert ("simulated" in observed) is (name in named(section="truth")), name
        for caption in (observed, simulated):
            assert caption.count("<strong>") == 1
            assert "problematic" not in caption
            assert "{" not in caption


# --- numbers -------------------------------------------------------------------------------------


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


def test_the_page_says_how_many_months_are_only_trained_on(make: Maker) -> None:
    page = Page(make(counts=COUNTS + "train_only,lower quality,2740,190,\n"))
    assert ["train_only", "lower quality", "2740", "190", ""] in page.rows
    assert "No score counts them." in page.text.replace("\n", " ")
    assert "Each row but the last two counts" in page.text.replace("\n", " ")
    without = Page(make()).text.replace("\n", " ")
    assert "train_only" not in without
    assert "Each row but the last counts" in without


def test_columns_without_a_value_are_left_out(make: Maker) -> None:
    page = Page(make(scorecard="cv_r2,R² of GPP,about 0.73,0.718,section 4.1,\n"))
    assert row(page, "R² of GPP") == ["R² of GPP", "about 0.73", "0.718", "section 4.1"]


# --- what a reader must not miss -----------------------------------------------------------------


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


def test_a_run_of_a_region_says_where_its_maps_end(make: Maker) -> None:
    assert "The maps of this run end at its region" not in make(config=CONFIG)
    text = make(config=CONFIG | {"region": [-10, 35, 30, 60]})
    assert "The maps of this run end at its region, 10 W to 30 E, 35 N to 60 N." in text


def test_a_run_of_some_years_says_which_and_what_is_left_out(make: Maker) -> None:
    assert "The maps of this run are those of" not in make(config=CONFIG)
    text = make(config=CONFIG | {"years": [2016, 2016]})
    assert "The maps of this run are those of 2016." in text


def test_an_observed_run_says_how_to_read_its_scores(make: Maker) -> None:
    text = make(config=CONFIG)
    assert "0.73" in banner(text)
    assert "(deviation D9)" in banner(text)
    assert "simulated" not in banner(text)
    assert text.index('class="banner"') < text.index("<h2")


# --- maps and truth ------------------------------------------------------------------------------


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
        "fluxformer-igbp", "2011", "2020", "121.988", "100.123", "0.977", "0.312",
    ]  # fmt: skip
    assert text.index('<h2 id="climates">') < text.index('<h2 id="maps">')
    assert text.index('<h2 id="maps">') < text.index('<figure id="gpp_fig11">')


def test_the_truth_has_its_section_with_skill_totals_and_steps(make: Maker) -> None:
    text = make(
        config=CONFIG | {"archive": "simulated"},
        figures=("gpp_fig11", *named(section="truth")),
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
    assert order == named(section="truth")


def test_without_a_climatology_the_report_says_so(make: Maker) -> None:
    head = TRUTH_TABLES["gpp_truth_skill"].splitlines()[0] + "\n"
    text = make(
        config=CONFIG | {"archive": "simulated"},
        figures=("gpp_fig11", "gpp_truth_map"),
        tables={"gpp_truth_skill": head},
    )
    assert "No climatology was mapped in this run" in text


# --- text that looks like HTML -------------------------------------------------------------------


def test_values_cannot_become_tags(make: Maker) -> None:
    evil = "<script>alert(1)</script> & <b>"
    text = make(
        config=CONFIG | {"results": evil},
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


# --- deviations ----------------------------------------------------------------------------------


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


# --- a flux that no paper reports --------------------------------------------------------------


@pytest.mark.parametrize("archive", ["real", "simulated"])
def test_the_page_of_another_flux_speaks_of_it_and_of_no_paper(make: Maker, archive: str) -> None:
    config = CONFIG | {"archive": archive, "reco": CONFIG["gpp"] | {"other_products": []}}
    seen = ("reco_fig08", "reco_fig14")
    figures = [name for name in named(product="reco") if name not in seen]
    text = make(product="reco", config=config, figures=figures, scorecard=None)
    page = Page(text[: text.index('<h2 id="deviations">')])
    said = " ".join(page.text.split())
    assert "monthly ecosystem respiration (RECO) from eddy-covariance towers" in said
    assert "RECO (PgC yr⁻¹)" in said
    for word in ("GPP", "paper", "Scorecard", "Table S1", "gross primary"):
        assert word not in said, said[said.index(word) - 80 :][:160]
    assert re.findall(r'<figure id="(\w+)">', text) == figures
