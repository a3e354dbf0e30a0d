"""What the page of a flux says of its trainings, its configuration and its provenance."""

from __future__ import annotations

import html
import re

import yaml

from helpers import guards
from helpers.report_page import Maker, Page, part, row


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


# --- configuration, provenance, folds ------------------------------------------------------------


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
