"""The report: one file that needs no other, with everything that a reviewer asks for."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from carbonscape.fluxes.report import SECTIONS, write_report
from carbonscape.report import tables as report_tables
from carbonscape.report.page import markdown_tables, render_caption
from helpers import guards

WORKFLOW = guards.PROJECT / "workflow"
CAPTIONS = sorted((WORKFLOW / "report").glob("gpp_*.rst"))
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
        "evaluation": {"seasonal_cycle_min_years": 2, "site_min_months": 12},
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
    "figures": {"map_year": 2016, "split": 0, "window": "6m", "pft": "igbp"},
}

#: Small tables of scores, with numbers in full as the workflow writes them.
SCORE_TABLES = {
    "table_s1": "model,pft,window,splits,samples,sites,r2,r2_min,r2_max,rmse,rmse_min,rmse_max\n"
    "fluxformer,none,jan_to_m,0,0,0,not run,,,not run,,\n"
    "fluxformer,none,6m,0,0,0,not run,,,not run,,\n"
    "fluxformer,igbp,jan_to_m,0,0,0,not run,,,not run,,\n"
    "fluxformer,igbp,6m,3,9501,206,0.611,0.598,0.620,1.812,1.790,1.833\n"
    "blend,igbp,jan_to_m,3,9501,206,0.786,0.780,0.791,1.401,1.390,1.412\n"
    "climatology,igbp,6m,3,9501,206,0.412,0.410,0.414,2.612,2.600,2.621\n",
    "table_s2": "model,pft,splits,tropical,polar\n"
    "fluxformer,none,0,not run,not run\n"
    "fluxformer,igbp,3,0.612 (0.598 to 0.625),undefined\n",
    "table_s3": "model,pft,splits,tropical,polar\nfluxformer,igbp,1,0.613,0.400\n",
    "intervals": "window,pft,model,r2,r2_low,r2_high,rmse,rmse_low,rmse_high,sites,samples,splits,"
    "draws\n"
    "6m,igbp,fluxformer,0.61149,0.5517,0.6823,1.81249,1.7,1.9,206,9501,3,5000\n"
    "6m,igbp,climatology,0.41249,-0.0517,0.4823,2.61249,2.5,2.7,206,9501,3,5000\n"
    "jan_to_m,igbp,blend,0.78649,0.7517,0.8123,1.40149,1.3,1.5,206,9501,3,5000\n",
    "site_summary": "window,pft,model,splits,sites,rmse_median,rmse_p90,abs_bias_median,"
    "abs_bias_p90,r2_median,r2_p10\n"
    "6m,igbp,fluxformer,3,180,1.2345,2.3456,0.3456,1.4567,0.5678,-1.6789\n",
    "spread": "window,pft,model,splits,samples,sites,spread,rmse,within_1,within_2,"
    "rank_correlation,factor\n"
    "6m,igbp,fluxformer,3,9501,206,0.4249,1.8125,0.2249,0.4149,0.3349,3.6249\n",
    "costs": "window,pft,model,splits,models,members,samples,training_core_s,prediction_core_s,r2,"
    "rmse\n"
    "6m,igbp,fluxformer,3,5,2,38004,612.3456,1.2345,0.61149,1.81249\n"
    "jan_to_m,igbp,blend,3,65,2,76008,99.9876,4.5678,0.78649,1.40149\n",
    "holdouts": "scheme,window,pft,model,scope,group,samples,sites,r2,rmse,bias,random_splits,"
    "r2_random,rmse_random,bias_random\n"
    "spatial,6m,igbp,fluxformer,global,all,9501,206,0.5678,1.9012,0.0123,3,0.61149,1.8125,0.0456\n"
    "spatial,6m,igbp,fluxformer,climate,polar,123,7,0.1234,0.9012,0.1123,3,0.21149,0.8125,0.1456\n",
}
SCORE_TABLES["differences"] = (
    "family,metric,window,pft,model,first,second,difference,low,high,low_simultaneous,"
    "high_simultaneous,p_adjusted,resolved,comparisons,sites,samples,splits,draws\n"
    # FluxFormer is the best: 0.02 over the forest, 0.20 over the climatology.
    "model,r2,6m,igbp,,random_forest,fluxformer,-0.02,-0.031,-0.0089,-0.041,0.0011,0.0712,"
    "False,3,206,9501,3,5000\n"
    "model,r2,6m,igbp,,climatology,fluxformer,-0.2,-0.251,-0.149,-0.261,-0.139,0.0002,"
    "True,3,206,9501,3,5000\n"
    "model,r2,6m,igbp,,climatology,random_forest,-0.18,-0.23,-0.13,-0.24,-0.12,0.0002,"
    "True,3,206,9501,3,5000\n"
    "model,rmse,6m,igbp,,random_forest,fluxformer,0.7777,0.7,0.8,0.6,0.9,0.0002,"
    "True,3,206,9501,3,5000\n"
    "pft,r2,6m,,fluxformer,igbp,none,0.03,0.02,0.04,0.01,0.05,0.0102,True,1,206,9501,3,5000\n"
)

#: Tables that a run has beside its figures of maps and of the truth.
MAP_TABLES = {
    "gpp_fig16a_growth": "product,first_year,last_year,total,coverage,growth,growth_error\n"
    "fluxformer-igbp,2011,2020,121.98765,0.97654,0.31234,\n",
}
TRUTH_TABLES = {
    "gpp_truth_skill": "product,baseline,climate,year,DJF,MAM,JJA,SON,not_better\n"
    "fluxformer-igbp,climatology-igbp,all,0.61499,0.5,0.25,1e-06,-0.004,nowhere\n"
    'rf-igbp,climatology-igbp,all,0.5,-0.5,-0.25,0.5,0.1,"DJF, MAM"\n'
    'rf-igbp,climatology-igbp,polar,-2.0,,,-0.1,0.1,"year, JJA"\n',
    "gpp_truth_growth": "product,years,total,truth,growth,growth_truth,r_years\n"
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
        "chosen": [],
        "inputs": {"samples.parquet": "5a" * 32, "folds.json": f"{split}f" * 32},
        "packages": {"numpy": "1.2.3", "torch": "4.5.6"},
        "python": "3.12.1",
        "seed": 42,
        "system": "Linux x86_64",
        "warnings": [],
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
        records: dict[str, dict[str, Any]] | None = None,
    ) -> str:
        pictures = []
        for figure in figures:
            pictures.append(tmp_path / "figures" / f"{figure}.png")
            pictures[-1].parent.mkdir(exist_ok=True)
            pictures[-1].write_bytes(PIXEL + figure.encode())
        written = SCORE_TABLES | (MAP_TABLES if "gpp_fig11" in figures else {})
        written = written | (TRUTH_TABLES if "gpp_truth_map" in figures else {}) | (tables or {})
        further = records or {}
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
            tables=[text(f"{name}.csv", content) for name, content in written.items()],
            folds=[
                text(
                    f"split_{split}/folds.json",
                    json.dumps({"split": split, "source": "seed 42", "folds": {"0": ["US-Ha1"]}}),
                )
                for split in splits
            ],
            runs=[
                text(
                    f"split_{split}/6m-igbp-{model}.run.json",
                    json.dumps(record(split, model) | further.get(model, {})),
                )
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
    rules = (WORKFLOW / "rules" / "fluxes" / "figures.smk").read_text(encoding="utf-8")
    evaluate = (WORKFLOW / "rules" / "fluxes" / "evaluate.smk").read_text(encoding="utf-8")
    drawn = re.findall(r'^\s+f"\{FIGURES\}/(\w+)\.png"', rules, re.M)
    first = re.search(r"^FIGURE_NAMES = \((.+?)^\)$", rules, re.M | re.S).group(1)
    names = re.findall(r"\*(\w+)_FIGURES", first)
    assert names == ["CROSSVAL", "COMPARISON", "MAP", "TRUTH"]
    lists = [
        re.search(rf"^{name}_FIGURES = (.*?)^(?=[A-Z#\n])", evaluate, re.M | re.S).group(1)
        for name in names
    ]
    reported = re.findall(r'"(\w+)"', first + "".join(lists))
    assert len(drawn) >= 8
    assert sorted(drawn) == sorted(reported), "a figure is drawn and not reported, or the reverse"
    assert sorted(path.stem for path in CAPTIONS) == sorted(drawn)
    assert sorted(stem for section in SECTIONS.values() for stem in section) == sorted(drawn)
    captions = re.findall(r'caption="\.\./\.\./report/(\w+)\.rst"', rules)
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


# --- scores ------------------------------------------------------------------------------------


def part(text: str, name: str) -> str:
    """Return one section of a report: from its heading to the next."""
    return re.search(rf'<h2 id="{name}">.*?(?=<h2 |</body>)', text, re.S).group(0)


def test_table_s1_is_a_matrix_with_a_column_a_window(make: Maker) -> None:
    scores = part(make(), "scores")
    seen, folded = scores.split("<details>")
    assert Page(seen).rows == [
        ["model", "PFT", "January to month M", "6 months"],
        ["FluxFormer", "IGBP", "not run", "0.611 (1.812)"],
        ["Blend", "IGBP", "0.786 (1.401)", "—"],  # an annual model has no other window
        ["Climatology", "IGBP", "not run", "0.412 (2.612)"],
    ]
    full = Page(folded).rows
    assert len(full) == 1 + 6
    assert full[1] == ["FluxFormer", "Without PFT", "January to month M", "0", "0", "0",
                       "not run", "", "", "not run", "", ""]  # fmt: skip
    assert full[4][6:9] == ["0.611", "0.598", "0.620"]
    assert "3 cells of the paper's matrix" in " ".join(Page(scores).text.split())


def test_one_split_has_no_lowest_and_highest_score(make: Maker) -> None:
    single = SCORE_TABLES["table_s1"].replace(",3,9501", ",1,9501")
    page = Page(part(make(tables={"table_s1": single}), "scores"))
    assert ["model", "PFT", "window", "splits", "samples", "sites", "R²", "RMSE"] in page.rows
    assert ["model", "PFT", "window", "splits", "samples", "sites", "R²", "R² lowest",
            "R² highest", "RMSE", "RMSE lowest", "RMSE highest"] in (
        Page(part(make(), "scores")).rows
    )  # fmt: skip


def test_what_was_not_run_is_grey(make: Maker) -> None:
    page = Page(part(make(), "scores"))
    grey = [attrs for tag, attrs in page.tags if tag == "td" and "absent" in attrs.get("class", "")]
    # Short: two cells not run and a dash. Full: the twelve cells of three rows.
    assert len(grey) == 3 + 3 * 12


def test_tables_by_climate_show_what_was_run_and_fold_the_rest(make: Maker) -> None:
    seen, *folded = part(make(), "climates").split("<details>")
    assert Page(seen).rows == [
        ["model", "PFT", "splits", "tropical", "polar"],
        ["FluxFormer", "IGBP", "3", "0.612 (0.598 to 0.625)", "undefined"],
    ]
    rest = Page(folded[0]).rows
    assert rest[1] == ["FluxFormer", "Without PFT", "0", "not run", "not run"]
    # Table S3 was run whole: nothing to fold.
    assert len(folded) == 1
    assert ["FluxFormer", "IGBP", "1", "0.613", "0.400"] in rest


def test_intervals_stand_beside_the_number_of_sites(make: Maker) -> None:
    text = part(make(), "differences")
    page = Page(text)
    seen = " ".join(page.text.split())
    assert "206 sites, 9,501 site-months, 3 splits, 5,000 draws" in seen
    assert "An interval holds the choice of the sites and nothing else" in seen
    assert "6 months and IGBP:" in seen
    short, full = (Page(found).rows for found in re.findall(r"<table>.*?</table>", text, re.S)[:2])
    assert short == [
        ["model", "R²", "95 % interval of R²", "RMSE", "95 % interval of RMSE", "sites",
         "site-months"],
        ["FluxFormer", "0.611", "0.552 to 0.682", "1.812", "1.700 to 1.900", "206", "9501"],
        ["Climatology", "0.412", "-0.052 to 0.482", "2.612", "2.500 to 2.700", "206", "9501"],
    ]  # fmt: skip
    assert len(full) == 1 + 3
    assert full[3][:4] == ["January to month M", "IGBP", "Blend", "0.786"]


def test_differences_of_r2_are_counted_and_listed(make: Maker) -> None:
    text = part(make(), "differences")
    page = Page(text)
    sentences = re.findall(r"<li>(.+?)</li>", text)
    assert sentences == [
        "Between models: 2 of 3 differences resolved (206 sites).",
        "What land cover adds to none: 1 of 1 differences resolved (206 sites).",
        "FluxFormer has the highest R²; these sites do not tell it from Random forest.",
    ]
    rows = [cells for cells in page.rows if len(cells) == 8 and cells[0] != "what differs"]
    assert len(rows) == 4
    assert rows[0] == ["model", "", "Random forest minus FluxFormer", "-0.020", "-0.031 to -0.009",
                       "-0.041 to 0.001", "0.0712", "no"]  # fmt: skip
    assert rows[-1] == ["land cover", "FluxFormer", "IGBP minus Without PFT", "0.030",
                        "0.020 to 0.040", "0.010 to 0.050", "0.0102", "yes"]  # fmt: skip
    assert "0.778" not in page.text, "a difference of RMSE stands among those of R²"


def test_no_best_model_is_named_on_a_simulated_earth(make: Maker) -> None:
    text = part(make(config=CONFIG | {"archive": "simulated"}), "differences")
    assert "Between models: 2 of 3" in text
    assert "highest R²" not in text
    assert "no ranking of models follows" in text


def test_a_best_model_that_all_others_are_told_from(make: Maker) -> None:
    table = SCORE_TABLES["differences"].replace("0.0712,False", "0.0712,True")
    assert "FluxFormer has the highest R²; these sites tell it from every other model." in make(
        tables={"differences": table}
    )


def test_a_run_of_one_model_has_nothing_to_compare(make: Maker) -> None:
    head = SCORE_TABLES["differences"].splitlines()[0] + "\n"
    text = part(make(tables={"differences": head}), "differences")
    assert "This run has no two settings that could be compared." in text
    assert "Every difference" not in text


def test_spread_costs_and_site_scores_show_the_setting_of_the_figures(make: Maker) -> None:
    text = make()
    spread = Page(part(text, "differences")).rows
    assert ["6 months", "IGBP", "FluxFormer", "0.42", "1.81", "0.225", "0.415", "0.33", "3.6"] in (
        spread
    )
    costs = part(text, "costs")
    seen, folded = costs.split("<details>")
    assert Page(seen).rows[1:] == [
        ["FluxFormer", "5", "2", "38,004", "612.3", "1.23", "0.611", "1.812"]
    ]
    assert len(Page(folded).rows) == 1 + 2
    assert "differs from run to run" in " ".join(Page(costs).text.split())
    sites = Page(part(text, "climates")).rows
    assert ["6 months", "IGBP", "FluxFormer", "180", "1.23", "2.35", "0.35", "1.46", "0.57",
            "-1.68"] in sites  # fmt: skip


def test_a_run_without_members_says_so(make: Maker) -> None:
    head = SCORE_TABLES["spread"].splitlines()[0] + "\n"
    assert "No model of this run has several members." in make(tables={"spread": head})


def test_harder_hold_outs_have_their_section_where_they_were_run(make: Maker) -> None:
    assert "Harder hold-outs" not in make()
    text = make(figures=("gpp_fig05", "gpp_holdouts", "gpp_fig11"))
    assert '<a href="#holdouts">Harder hold-outs</a>' in text
    order = [text.index(f'<h2 id="{name}">') for name in ("climates", "holdouts", "maps")]
    assert order == sorted(order)
    seen, folded = part(text, "holdouts").split("<details>")
    assert Page(seen).rows == [
        ["held out", "model", "sites", "R²", "R², random sites", "RMSE", "RMSE, random sites",
         "bias", "bias, random sites"],
        ["sites with their neighbours", "FluxFormer", "206", "0.568", "0.611", "1.90", "1.81",
         "0.01", "0.05"],
    ]  # fmt: skip
    assert Page(folded).rows[2][:5] == ["sites with their neighbours", "6 months", "IGBP",
                                        "FluxFormer", "Polar"]  # fmt: skip


def test_a_setting_of_the_figures_that_was_not_run_shows_all(make: Maker) -> None:
    figures = CONFIG["figures"] | {"pft": "none"}
    text = part(make(config=CONFIG | {"figures": figures}), "costs")
    assert "<details>" not in text
    assert len(Page(text).rows) == 1 + 2


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


# --- what trainings said -----------------------------------------------------------------------


def test_warnings_are_listed_once_with_those_who_gave_them(make: Maker) -> None:
    unseen = "no training sample has the igbp land cover DNF, which {} held-out samples have."
    of_three, of_nine = unseen.format("1 of 3"), unseen.format("3 of 9")
    constant = "predictor E is 0 in every step of every training window."
    text = make(
        records={
            "fluxformer": {"warnings": [f"fluxformer, fold 0 of split 0: {of_three}"]},
            "climatology": {
                "warnings": [
                    f"climatology, fold 0 of split 0: {constant}",
                    f"climatology, fold 0 of split 0: {of_nine}",
                ]
            },
        }
    )
    assert "<summary>Warnings of trainings (3)</summary>" in text
    assert re.findall(r"<li>(.+?)</li>", part(text, "provenance")) == [
        "No training sample has the igbp land cover DNF, which some of the held-out samples have. "
        "(2 times: Climatology, FluxFormer)",
        f"P{constant[1:]} (once: Climatology)",
    ]
    assert "Warnings of trainings" not in make()


def test_a_long_list_of_warnings_is_cut_and_says_so(make: Maker) -> None:
    warnings = [f"fluxformer, fold {n} of split 0: sentence {n:02d}." for n in range(25)]
    text = make(records={"fluxformer": {"warnings": warnings}})
    assert "<summary>Warnings of trainings (25)</summary>" in text
    assert part(text, "provenance").count("<li>") == 20
    assert "5 further sentences" in text


def test_warnings_of_a_blend_are_those_of_its_parts(make: Maker) -> None:
    said = {"warnings": ["climatology, fold 0 of split 0: a sentence."]}
    blend = said | {"config": {"model": "blend", "parts": [{"model": "climatology"}]}}
    text = make(records={"fluxformer": blend, "climatology": said})
    assert "<summary>Warnings of trainings (1)</summary>" in text


def test_options_chosen_inside_the_training_sites_are_shown(make: Maker) -> None:
    tried = {"fold": 2, "candidates": 2, "samples": 99, "refusal": ""}
    rows = [
        {"candidate": 0, "overrides": "{}", "rmse": 1.6, "chosen": False},
        {"candidate": 1, "overrides": '{"width": 32}', "rmse": 1.5432, "chosen": True},
    ]
    text = make(records={"fluxformer": {"chosen": [tried | row for row in rows]}})
    provenance = part(text, "provenance")
    assert "<summary>Options chosen inside the training sites (1 fold)</summary>" in provenance
    assert ["split_0/6m-igbp-fluxformer", "2", '{"width": 32}', "2", "1.543"] in (
        Page(provenance).rows
    )
    assert "Options chosen" not in make()


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
    for value in ("not run", "—"):
        assert report_tables._cell(value) == {"text": value, "number": False, "absent": True}


def test_columns_without_a_value_are_left_out(make: Maker) -> None:
    page = Page(make(scorecard="cv_r2,R² of GPP,about 0.73,0.718,section 4.1,\n"))
    assert row(page, "R² of GPP") == ["R² of GPP", "about 0.73", "0.718", "section 4.1"]


# --- configuration, provenance, folds ----------------------------------------------------------


def test_the_whole_configuration_is_shown(make: Maker) -> None:
    config = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
    text = make(config=config)
    shown = html.unescape(re.search(r"<pre>(.+?)</pre>", text, re.S).group(1))
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
    assert report_tables.rounded(value, decimals) == text


# --- text that looks like HTML -----------------------------------------------------------------


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
