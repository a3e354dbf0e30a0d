"""Nothing that comes from inputs or a configuration is taken for HTML in the report."""

from __future__ import annotations

import pytest

from carbonscape.report.page import render_caption
from helpers.report_page import CONFIG, INPUTS, SCORE_TABLES, Page, make_report, record

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
QUOTED = "\"><svg onload='alert(3)'>"


@pytest.fixture
def hostile(tmp_path, monkeypatch) -> str:
    """A report in whose site names, file names, tables, records and configuration HTML stands."""
    rows = INPUTS + (
        f'fluxnet2015,tower,{SCRIPT},warning,"{QUOTED.replace(chr(34), chr(34) * 2)}"\n'
        f"era5_land,file,/data/{SCRIPT}.nc,left out,{SCRIPT}\n"
    )
    monkeypatch.setattr("helpers.report_page.INPUTS", rows)
    config = CONFIG | {"run": SCRIPT, "title": QUOTED, "towers": f"/data/{SCRIPT}"}
    changed = record(0, SCRIPT) | {
        "python": SCRIPT,
        "device": QUOTED,
        "git": {"commit": SCRIPT, "dirty": True},
        "inputs": {SCRIPT: QUOTED},
        "warnings": [SCRIPT],
        "packages": {SCRIPT: QUOTED},
    }
    tables = {"site_summary": SCORE_TABLES["site_summary"].replace("igbp", SCRIPT)}
    return make_report(
        tmp_path,
        config=config,
        records={"fluxformer": changed, "climatology": changed},
        scorecard=f"cv_r2,{SCRIPT},about 0.73,0.718,{SCRIPT},D9\n",
        tables=tables,
    )


def test_markup_of_inputs_is_shown_as_text(hostile):
    page = Page(hostile)
    assert {tag for tag, _ in page.tags} & {"script", "svg", "iframe", "object"} == set()
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    # Pictures of the page alone, none of 'src=x'.
    assert {source[:11] for source in page.attributes("img", "src")} == {"data:image/"}
    # A reader still sees what stands there.
    assert page.text.count("<script>alert(1)</script>") > 5
    assert "onload='alert(3)'" in page.text


def test_no_link_of_a_report_runs_anything(hostile):
    links = Page(hostile).attributes("a", "href")
    assert links
    assert not [link for link in links if link.partition(":")[0].lower() in ("javascript", "data")]


def test_a_browser_is_told_to_run_nothing(hostile):
    policies = [
        attributes["content"]
        for tag, attributes in Page(hostile).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "`a <javascript:alert(1)>`_",
        "|substituted| *strong* ``literal``",
        "random_forest",
        "a_",
        ".. raw:: html",
    ],
)
def test_values_of_the_configuration_are_text_in_captions(text):
    page = Page(
        render_caption(
            "A {{ snakemake.config['x'] }} of {{ snakemake.params.label }}, {{ 3 }}.",
            {"x": text},
            {"label": "GPP"},
        )
    )
    assert {tag for tag, _ in page.tags} <= {"p", "main", "div"}
    assert f"A {text} of GPP, 3." in page.text
