"""A whole tiny run, what a second one does, and what an edit or a kill leads to."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.figures.registry import figures_of
from helpers.project_copy import Project

REPORT = "results/tiny/report/index.html"
GPP = "results/tiny/gpp"
CROSSVAL = f"{GPP}/crossval/split_0"
MODEL = f"{GPP}/models/fluxformer-igbp_esa_cci.zip"
PRODUCT = f"{GPP}/product/fluxformer-igbp_esa_cci"


def plots(*, needs: str = "", without: str = "", section: str = "") -> set[str]:
    """Return the rules of the figures of GPP that need something, or that do not."""
    return {
        f"plot_{figure.name('gpp')}"
        for figure in figures_of("gpp")
        if (not needs or needs in figure.needs)
        and (not without or without not in figure.needs)
        and section in ("", figure.section)
    }


OBSERVED_PLOTS = plots(without="maps") - plots(section="data")
TRUTH_PLOTS = plots(needs="truth")
MAP_PLOTS = plots(needs="maps") - plots(needs="fluorescence")
SIF = {"evaluate_gpp_sif", "plot_gpp_fig08"}
AFTER_CROSSVAL = {
    "blend_gpp", "check_predictions", "score_gpp", "evaluate_gpp_crossval",
    "evaluate_gpp_differences", "evaluate_gpp_holdouts", "evaluate_gpp_costs",
    "evaluate_scorecard", "evaluate_gpp_truth", "write_gpp_report", *OBSERVED_PLOTS, *TRUTH_PLOTS,
}  # fmt: skip
AFTER_TRAINING = {
    "predict_gpp", "mosaic_gpp", "check_product", "evaluate_gpp_maps", "evaluate_gpp_truth",
    "evaluate_scorecard", "write_gpp_report", *MAP_PLOTS, *SIF,
}  # fmt: skip
MODELS = {"crossvalidate_gpp", "train_gpp"} | AFTER_CROSSVAL | AFTER_TRAINING
SAMPLES = {"select_samples", "split_sites", "evaluate_gpp_towers", "plot_gpp_fig01"} | MODELS
SIMULATION = (
    "simulate_earth", "simulate_towers", "simulate_modis_lai", "simulate_era5_land",
    "simulate_land_cover", "simulate_koppen", "simulate_tropomi_sif", "simulate_xco2",
    "simulate_oco", "simulate_tccon", "simulate_egg4", "simulate_xco2_predictors",
    "simulate_era5_land_monthly",
)  # fmt: skip


@pytest.fixture
def edited(finished: Project) -> Iterator[Callable[[str], None]]:
    """Append a comment to a file of the project; put it back after the test."""
    saved: dict[Path, tuple[bytes, os.stat_result]] = {}

    def edit(name: str) -> None:
        path = finished.folder / name
        saved[path] = (path.read_bytes(), path.stat())
        path.write_bytes(path.read_bytes() + b"\n# edited\n")

    yield edit
    for path, (content, stat) in saved.items():
        path.write_bytes(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_path_of_the_report_is_the_last_line(finished: Project) -> None:
    last = (finished.folder / "stdout.txt").read_text().rstrip().splitlines()[-1]
    assert last == REPORT
    text = (finished.folder / REPORT).read_text()
    assert "data:image/png;base64" in text
    assert "simulated" in text.lower()


def test_a_second_run_has_nothing_to_do_where_the_project_was_moved(finished: Project) -> None:
    assert finished.planned() == {}
    assert "Nothing to be done" in finished.succeed("--cores", "1")


def test_nothing_half_written_is_left(finished: Project) -> None:
    for folder in ("results", "resources"):
        assert [p for p in (finished.folder / folder).rglob("*") if ".part" in p.name] == []
    assert not [p for p in (finished.folder / "results/tiny/scratch").rglob("*") if p.is_file()]


def test_every_experiment_predicts_every_sample(finished: Project) -> None:
    samples = pd.read_parquet(finished.folder / GPP / "features/samples.parquet")
    files = sorted((finished.folder / CROSSVAL).glob("*.parquet"))
    # Two models in all cells, and a blend without and with PFT in the window of yearly models.
    assert len(files) == 2 * 2 * 2 + 2
    for path in files:
        assert len(pd.read_parquet(path)) == samples["common"].sum() > 50


def test_every_land_cell_of_the_product_has_a_value_in_every_month(finished: Project) -> None:
    folder = finished.folder / GPP
    cells = 0
    for tile in sorted((folder / "features/tiles").glob("*.nc")):
        with xr.open_dataset(tile) as series:
            cells += series.sizes["cell"]
    assert cells > 20
    for year in (2015, 2016):
        with xr.open_dataset(finished.folder / PRODUCT / f"gpp_{year}.nc") as product:
            known = np.isfinite(product["gpp"].values)
            assert known.sum(axis=(1, 2)).tolist() == [cells] * 12
            assert (np.isfinite(product["filled_share"].values) == known).all()


#: What follows from the folds of XCO2.
XCO2_AFTER_FOLDS = {
    "split_xco2", "crossvalidate_xco2", "check_xco2_predictions", "evaluate_xco2_crossval",
    "evaluate_xco2_truth", "evaluate_xco2_scorecard", "plot_xco2_fig05", "plot_xco2_truth",
    "plot_xco2_validation", "write_xco2_report",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "workflow/scripts/plot.py",
            {*plots(), *(f"plot_{figure.name('xco2')}" for figure in figures_of("xco2"))}
            | {"write_gpp_report", "write_xco2_report"},
        ),
        (
            "workflow/carbonscape/fluxes/figures/costs.py",
            {"plot_gpp_costs", "write_gpp_report"},
        ),
        ("workflow/carbonscape/fluxes/figures/registry.py", set()),
        (
            "workflow/carbonscape/fluxes/figures/sites.py",
            {
                "plot_gpp_scatter",
                "plot_gpp_seasonal_cycle",
                "plot_gpp_site_scores",
                "write_gpp_report",
            },
        ),
        ("workflow/carbonscape/report/page.py", {"write_gpp_report", "write_xco2_report"}),
        (
            "workflow/carbonscape/columns/figures/validation.py",
            {"plot_xco2_validation", "write_xco2_report"},
        ),
        (
            "workflow/carbonscape/fluxes/evaluation/scorecard.py",
            {"evaluate_scorecard", "write_gpp_report", "evaluate_xco2_scorecard"}
            | {"write_xco2_report"},
        ),
        (
            "workflow/carbonscape/fluxes/evaluation/truth_maps.py",
            {"evaluate_gpp_truth", "write_gpp_report"} | TRUTH_PLOTS,
        ),
        (
            "workflow/carbonscape/fluxes/training/folds.py",
            # The folds of XCO2 share great-circle distances and messages with those of towers.
            {"split_sites", "crossvalidate_gpp"} | AFTER_CROSSVAL | XCO2_AFTER_FOLDS,
        ),
        # A reader: all that is made of its files, and nothing that is made of others.
        (
            "workflow/carbonscape/archives/modis_lai.py",
            {"build_gridded_site_series", "build_tile_series"} | SAMPLES,
        ),
        (
            "workflow/carbonscape/archives/koppen.py",
            {"classify_cells", "check_product", "evaluate_gpp_maps",
             "evaluate_gpp_truth", "evaluate_scorecard", "write_gpp_report"} | MAP_PLOTS | SIF,
        ),
        (
            "workflow/carbonscape/archives/fluxnet.py",
            {"read_towers", "filter_towers", "build_gridded_site_series"} | SAMPLES,
        ),
        (
            "workflow/carbonscape/simulate/koppen.py",
            {"simulate_koppen", "classify_cells", "check_product", "evaluate_gpp_maps",
             "evaluate_gpp_truth", "evaluate_scorecard", "write_gpp_report"} | MAP_PLOTS | SIF,
        ),
        ("workflow/carbonscape/core/errors.py", set()),
    ],
)  # fmt: skip
def test_an_edit_reruns_its_stage_and_what_follows(
    finished: Project, edited: Callable[[str], None], file: str, expected: set[str]
) -> None:
    edited(file)
    assert set(finished.planned()) == expected


def assert_one_model_of_two(planned: dict[str, int], experiments: int) -> None:
    """Check that a plan makes one model anew, and leaves the other as it is."""
    for rule, count in (
        ("crossvalidate_gpp", experiments), ("blend_gpp", 2), ("train_gpp", 1),
        ("predict_gpp", 2), ("mosaic_gpp", 1), ("check_product", 1),
    ):  # fmt: skip
        assert planned[rule] == count
    assert set(planned) - {"write_xco2_report"} == MODELS  # that page shows all options


def test_an_edited_model_retrains_that_model_only(
    finished: Project, edited: Callable[[str], None]
) -> None:
    edited("workflow/carbonscape/models/climatology.py")
    # Four cells, and one under another scheme of holding out.
    assert_one_model_of_two(finished.planned(), 4 + 1)


def test_an_option_of_a_model_retrains_that_model_only(finished: Project) -> None:
    (finished.folder / "option.yaml").write_text("gpp: {models: {fluxformer: {epochs: 9}}}")
    planned = finished.planned("--configfile", "config/tiny.yaml", "option.yaml")
    assert_one_model_of_two(planned, 4)


def test_another_resolution_draws_again_and_trains_nothing(finished: Project) -> None:
    (finished.folder / "dpi.yaml").write_text("figures: {dpi: 70}")
    planned = finished.planned("--configfile", "config/tiny.yaml", "dpi.yaml")
    xco2 = {rule for rule in planned if rule.startswith("plot_xco2_")}
    assert len(xco2) == 12
    assert set(planned) == plots() | xco2 | {"write_gpp_report", "write_xco2_report"}


def test_the_same_seed_gives_the_same_bytes_of_the_raw_archive(
    finished: Project, make_project: Callable[[str], Project]
) -> None:
    again = make_project("again")
    again.succeed("--cores", "2", "--", *SIMULATION)
    for archive in ("resources/raw", "resources/truth"):
        first, second = (checksums(project.folder / archive) for project in (finished, again))
        assert second == first
    assert len(checksums(again.folder / "resources/raw")) > 60


# From here on the copy of the finished run is changed.


def test_one_core_gives_the_predictions_and_the_maps_of_two(finished: Project) -> None:
    names = [f"{CROSSVAL}/jan_to_m-igbp_esa_cci-fluxformer.parquet", f"{PRODUCT}/gpp_2016.nc"]
    before = [(finished.folder / name).read_bytes() for name in names]
    with xr.open_dataset(finished.folder / names[1]) as product:
        values = product.load()
    rules = ("crossvalidate_gpp", "train_gpp", "predict_gpp", "mosaic_gpp")
    text = finished.succeed("--cores", "1", "--forcerun", *rules, "--", *names)
    assert "5 of 5 steps" in text  # one experiment, one model, two tiles, two years at once
    frame = pd.read_parquet(finished.folder / names[0])
    assert frame["fold"].nunique() == 3
    with xr.open_dataset(finished.folder / names[1]) as product:
        xr.testing.assert_equal(product.load(), values)
    assert [(finished.folder / name).read_bytes() for name in names] == before


@pytest.mark.parametrize(
    ("rule", "name", "parts"),
    [
        ("crossvalidate_gpp", f"{CROSSVAL}/jan_to_m-none-fluxformer.parquet", "fold*.npz"),
        ("train_gpp", MODEL, "month*.zip"),
    ],
)
def test_a_killed_training_goes_on_with_the_same_numbers(
    finished: Project, rule: str, name: str, parts: str
) -> None:
    before = (finished.folder / name).read_bytes()
    scratch = finished.folder / "results/tiny/scratch" / rule
    process = subprocess.Popen(
        finished.command("--cores", "2", "--forcerun", rule, "--", name),
        cwd=finished.folder,
        env=finished.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 120
    while len(list(scratch.rglob(parts))) < 3:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    waiting = len(list(scratch.rglob(parts)))
    assert not (finished.folder / name).exists()
    finished.succeed("--unlock")
    finished.succeed("--cores", "2", "--", name)
    logs = (finished.folder / "results/tiny/logs").glob(f"{rule}-*fluxformer*.log")
    texts = [text for log in logs if "taking up an earlier run" in (text := log.read_text())]
    assert len(texts) == 1
    assert waiting >= 3
    assert (finished.folder / name).read_bytes() == before
    assert not list(scratch.rglob(parts))
