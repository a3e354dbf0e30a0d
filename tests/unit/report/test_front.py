"""The front page, in a browser where there is one: a click, the keyboard, tables, no request."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from carbonscape.report.front import as_script, write_front_page
from helpers import guards
from helpers.browser import LACKS, Browser, open_browser
from helpers.project_config import load
from helpers.synthetic_maps import write_truth, write_years

CELL, YEARS = 15.0, [2015, 2016]
HEAD = "id,quantity,reported,run,difference,verdict,source,explained_by\n"
RUN = {
    "carbonscape": "0.1.0", "python": "3.11", "system": "Linux", "seed": 1, "device": "cpu",
    "git": {"commit": "0" * 40, "dirty": False},
}  # fmt: skip
ENTER, RIGHT, TAB = "\ue007", "\ue014", "\ue004"


def write_page(folder: Path) -> Path:
    """A page of two maps, three verdicts (one of them spiteful) and two sites."""
    rng = np.random.default_rng(0)
    maps = []
    for name in ("fluxformer-igbp", "climatology-igbp"):
        field = rng.uniform(0, 9, size=(24, 12, 24))
        field[:, 9:] = np.nan
        maps += write_years(folder / name, field, YEARS, CELL)
    (folder / "run.json").write_text(json.dumps(RUN))
    (folder / "card.csv").write_text(
        HEAD + "a,R²,0.7,0.8,0.1,holds,section 1,\nb,</script><b id=evil>,1,2,,fails,,D1\n"
        "c,bias,0,0,0,holds,,\n"
    )
    head = "split,window,pft,model,site,samples,r2,rmse,mae,bias\n"
    rows = "0,jan_to_m,igbp,fluxformer,{},12,{},1.0,1.0,0.2\n"
    (folder / "scores.csv").write_text(
        head + rows.format("AA-One", 0.5) + rows.format("AA-Two", "")
    )
    (folder / "sites.csv").write_text("site,lat,lon\nAA-One,50,8\nAA-Two,-10,-60\n")
    for number in (1, 2):
        Image.new("RGB", (300, 200), "white").save(folder / f"gpp_fig{number}.png")
        (folder / f"fig{number}.rst").write_text(f"**Figure {number}** of a run.\n")
    truth = write_truth(folder / "grid.nc", np.ones((24, 12, 24)), YEARS, CELL)
    path = folder / "report" / "index.html"
    path.parent.mkdir()
    write_front_page(
        path,
        template=guards.PROJECT / "workflow" / "report" / "front" / "front.html.j2",
        config=load("tiny.yaml"),
        pages={"gpp": "gpp.html"},
        runs={"gpp": str(folder / "run.json")},
        maps={"gpp": maps},
        scorecards={"gpp": str(folder / "card.csv")},
        site_scores={"gpp": str(folder / "scores.csv")},
        places={"gpp": str(folder / "sites.csv")},
        shown={"gpp": {"window": "jan_to_m", "pft": "igbp", "split": "0", "model": "fluxformer"}},
        truths={"gpp": truth},
        figures={"gpp": [str(folder / f"gpp_fig{number}.png") for number in (1, 2)]},
        captions={"gpp": [str(folder / f"fig{number}.rst") for number in (1, 2)]},
        told={"gpp": {"product": "gpp", "label": "GPP", "long_name": "gross"}},
        land=guards.PROJECT / "resources" / "geography" / "land_110m.geojson",
    )
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("front"))


def test_nothing_of_the_data_can_end_its_element() -> None:
    text = as_script({"a": "</script><!--", "b": "\u2028"})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!--", "b": "\u2028"}
    with pytest.raises(ValueError, match="Out of range float values"):
        as_script({"a": float("nan")})


def test_the_page_is_one_file_that_lets_no_request_out(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert "Simulated Earth" in text
    assert not re.findall(r"(?:src|href)=\"(?!#|gpp\.html\"|data:image)[^\"]*\"", text)
    assert text.count("<figcaption>") == text.count("data:image/webp;base64,") == 2
    assert "<strong>Figure 1</strong>" in text
    assert "<b id=evil>" not in text
    assert page.stat().st_size < 1_000_000


def told(browser: Browser) -> str:
    return browser.run("return document.getElementById('told').textContent")


@pytest.mark.skipif(bool(LACKS), reason=LACKS or "a browser is here")
def test_a_browser_shows_what_the_netcdf_holds(page: Path, tmp_path: Path) -> None:
    with open_browser(tmp_path) as browser:
        browser.call("POST", "url", url="about:blank")
        browser.log("performance")
        browser.call("POST", "url", url=page.as_uri())
        browser.size(1400, 900)
        # A click on the cell at 52.5 N, 7.5 E.
        at = browser.run(
            "const c = document.getElementById('canvas'); c.scrollIntoView();"
            "const b = c.getBoundingClientRect(), s = b.width / 360;"
            "return [b.left + b.width / 2 + 7.5 * s, b.top + b.height / 2 - (52.5 - 15) * s]"
        )
        place = {"type": "pointerMove", "x": round(at[0]), "y": round(at[1])}
        press = [place, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        browser.call("POST", "actions", actions=[{"type": "pointer", "id": "p", "actions": press}])
        rows = browser.run(
            "return [...document.querySelectorAll('#values tr')].map(r => "
            "[r.cells[0].textContent, r.cells[1].textContent])"
        )
        expected = []
        for year in YEARS:
            with xr.open_dataset(page.parents[1] / "fluxformer-igbp" / f"gpp_{year}.nc") as data:
                expected += data["gpp"].sel(lat=52.5, lon=7.5).values.tolist()
        assert [month for month, _ in rows][::23] == ["2015-01", "2016-12"]
        assert [float(value) for _, value in rows] == pytest.approx(expected, abs=2e-4)
        assert "AA-One: R² 0.50" in told(browser)
        # The keyboard moves to the next cell and opens it.
        browser.run("document.getElementById('canvas').focus()")
        browser.keys(RIGHT, ENTER)
        assert told(browser).startswith("52.50° N, 22.50° E, 2015-01")
        # Every control is reached by Tab.
        browser.run("document.activeElement.blur(); document.querySelector('.skip').focus()")
        reached = set()
        for _ in range(45):
            browser.keys(TAB)
            reached.add(browser.run("return document.activeElement.id"))
        assert {
            "layer",
            "part",
            "play",
            "colours",
            "minus",
            "span",
            "time",
            "markers",
            "in",
            "out",
            "canvas",
        } <= reached
        # Tables filter and sort; text stays text.
        kept = "return document.querySelector('[data-for=verdict-table] output').textContent"
        browser.run(
            "const s = document.querySelector('[data-for=verdict-table] select');"
            "s.value = 'holds'; s.dispatchEvent(new Event('change'))"
        )
        assert browser.run(kept) == "2 of 3 rows"
        assert browser.run("return document.getElementById('evil')") is None
        browser.run("document.querySelectorAll('#site-table thead button')[5].click()")
        first = "return document.querySelector('#site-table tbody tr').cells[1].textContent"
        assert browser.run(first) == "AA-One"
        # The difference of two maps.
        browser.run(
            "const m = document.getElementById('minus'); m.value = '1';"
            "m.dispatchEvent(new Event('change'))"
        )
        assert browser.run("return document.getElementById('low').textContent").startswith("−")
        # A cell stays chosen on the next map, here the truth.
        browser.run(
            "document.getElementById('minus').value = '';"
            "const p = document.getElementById('layer'); p.selectedIndex = p.options.length - 1;"
            "p.dispatchEvent(new Event('change'))"
        )
        assert told(browser) == "52.50° N, 22.50° E, 2015-01: 1.000 gC m⁻² d⁻¹."
        # A figure fills the window, with its caption, and the keyboard closes it.
        browser.run("document.querySelectorAll('.picture')[1].click()")
        large = (
            "const d = document.getElementById('large');"
            "return [d.open, d.innerText.split('\\n').pop()]"
        )
        assert browser.run(large) == [True, "Figure 2 of a run."]
        browser.keys(ENTER)
        assert browser.run(large)[0] is False
        browser.size(390, 844)
        assert browser.run("return document.documentElement.scrollWidth") <= 390
        assert [one for one in browser.log("browser") if one["level"] == "SEVERE"] == []
        assert [url for url in browser.requests() if url.startswith("http")] == []
