"""Scores on the page of a flux: what is seen, what is folded, what the sites resolve."""

from __future__ import annotations

import re

from helpers.report_page import CONFIG, SCORE_TABLES, Maker, Page, part


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
    assert (
        "An interval holds the choice of the sites, of the folds and of the seeds, and not" in seen
    )
    assert "6 months and IGBP:" in seen
    short, full = (Page(found).rows for found in re.findall(r"<table>.*?</table>", text, re.S)[:2])
    assert short == [
        ["model", "R²", "95 % interval of R²", "RMSE", "95 % interval of RMSE",
         "RMSE of sites, 90th percentile", "sites", "site-months"],
        ["FluxFormer", "0.611", "0.552 to 0.682", "1.812", "1.700 to 1.900", "2.35", "206", "9501"],
        ["Climatology", "0.412", "-0.052 to 0.482", "2.612", "2.500 to 2.700", "", "206", "9501"],
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
    rows = [cells for cells in page.rows if " minus " in cells[2]]
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
        ["FluxFormer", "5", "2", "38,004", "612.3", "1.23", "0", "0.611", "1.812"]
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


def test_the_errors_of_the_best_model_are_taken_apart(make: Maker) -> None:
    page = Page(part(make(), "climates"))
    text = " ".join(page.text.split())
    # Of the models in the setting of the figures (6 months, IGBP), over both splits.
    assert "best model, FluxFormer, are made of" in text
    assert [
        "All",
        "206",
        "9501",
        "0.60",
        "no",
        "2.12",
        "100 %",
        "100 %",
        "50 %",
        "30 %",
        "20 %",
    ] in page.rows
    assert [
        "CRO",
        "20",
        "950",
        "0.50",
        "no",
        "4.24",
        "10 %",
        "40 %",
        "75 %",
        "12 %",
        "12 %",
    ] in page.rows
    carried = [row for row in page.rows if row[0] in ("US-Ne1", "ZM-Mon")]
    assert carried == [
        ["US-Ne1", "CRO", "Continental", "90", "5.00", "−3.25", "5.5 %", "5.5 %"],
        ["ZM-Mon", "DBF", "Tropical", "30", "4.00", "2.00", "2.5 %", "8.0 %"],
    ]


def test_one_split_leaves_folds_and_seeds_out_of_the_intervals(make: Maker) -> None:
    flux = CONFIG["gpp"] | {"crossval": {"splits": [4], "unseen_splits": []}}
    seen = " ".join(Page(part(make(config=CONFIG | {"gpp": flux}), "differences")).text.split())
    assert "An interval holds the choice of the sites and nothing else" in seen
    assert "this run has one split" in seen


def test_words_name_the_class_and_the_sites_that_carry_the_error(make: Maker) -> None:
    page = Page(part(make(), "climates"))
    text = " ".join(page.text.split())
    assert (
        "Of the IGBP classes CRO carries most of the squared error: 40 % with 10 % of the "
        "site-months; R² is below 0.5 in no class; the 2 sites with the largest shares, of 2, "
        "carry 8 %."
    ) in text
    parts = SCORE_TABLES["error_parts"].replace("0.49,0.1", "0.39,0.1")
    page = Page(part(make(tables={"error_parts": parts}), "climates"))
    assert "R² is below 0.5 in CRO;" in " ".join(page.text.split())
    assert next(row for row in page.rows if row[0] == "CRO")[3:5] == ["0.45", "yes"]


def test_unseen_splits_stand_beside_those_that_served_choices(make: Maker) -> None:
    assert "no choice was made on" not in make()
    table = (
        "window,pft,model,split,samples,sites,r2,r2_low,r2_high,rmse,rmse_low,rmse_high,splits,"
        "r2_splits,rmse_splits,r2_difference,rmse_difference,draws\n"
        "6m,igbp,fluxformer,7,9501,206,0.60149,0.55,0.65,1.85,1.7,2.0,3,0.61149,1.8125,-0.01,"
        "0.0375,5000\n"
        "jan_to_m,igbp,blend,7,9501,206,0.8,0.7,0.9,1.3,1.2,1.4,3,0.79,1.4,0.01,-0.1,5000\n"
    )
    flux = CONFIG["gpp"] | {"crossval": {"splits": [0, 2], "unseen_splits": [7]}}
    text = part(make(config=CONFIG | {"gpp": flux}, tables={"unseen_splits": table}), "differences")
    section = text[text.index("<h3>A split that no choice") : text.index("<h3>Does the spread")]
    page = Page(section)
    words = " ".join(page.text.split())
    assert "chosen by the scores of splits 0, 2, which" in words
    assert "The configuration keeps split 7 apart" in words
    assert page.rows[1][:6] == ["FluxFormer", "7", "0.601", "0.550 to 0.650", "0.611", "-0.010"]
    assert len(page.rows) == (1 + 1) + (1 + 2)
