"""A whole tiny run, what a second one does, and what a kill leads to."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.findings import read_findings
from helpers.plans import output_with, rule_that_writes
from helpers.project_copy import Job, Project
from helpers.tiny_run import checksums

REPORT = "results/tiny/report/index.html"
GPP_PAGE = "results/tiny/report/gpp.html"
GPP = "results/tiny/gpp"
CROSSVAL = f"{GPP}/crossval/split_0"
MODEL = f"{GPP}/models/fluxformer-igbp_esa_cci-jan_to_m.zip"
PRODUCT = f"{GPP}/product/fluxformer-igbp_esa_cci"


@pytest.fixture(scope="module")
def jobs(finished: Project) -> list[Job]:
    """Every job of the run, with the files that it declares."""
    return finished.jobs()


def test_the_path_of_the_report_is_the_last_line(finished: Project) -> None:
    last = (finished.folder / "stdout.txt").read_text().rstrip().splitlines()[-1]
    assert last == REPORT
    text = (finished.folder / GPP_PAGE).read_text()
    assert "data:image/png;base64" in text
    assert "simulated" in text.lower()


def test_a_second_run_has_nothing_to_do_where_the_project_was_moved(finished: Project) -> None:
    assert finished.planned() == {}
    assert "Nothing to be done" in finished.succeed("--cores", "1")


def test_what_became_of_the_inputs_is_listed_told_and_reported(finished: Project) -> None:
    found = read_findings(finished.folder / "results/tiny/inputs.csv")
    sources = {finding.source for finding in found if finding.outcome == "used"}
    assert sources >= {"fluxnet2015", "era5_land", "modis_lai", "oco2", "tccon", "mod11a1"}
    towers = {finding.item for finding in found if finding.kind == "tower"}
    listed = finished.folder / "resources/raw/simulated/tiny/towers/sites.csv"
    assert towers == set(pd.read_csv(listed)["site"])
    # The simulated archive has an older file of a tower.
    noted = [finding for finding in found if finding.outcome != "used"]
    assert ("fluxnet2015", "left out") in {(finding.source, finding.outcome) for finding in noted}
    report = (finished.folder / GPP_PAGE).read_text()
    for finding in noted:
        assert finding.reason[:30] in report


def test_a_run_of_a_part_promises_no_report(finished: Project) -> None:
    said = finished.succeed("--cores", "1", "--forcerun", "plot_gpp_data", "--", "plot_gpp_data")
    assert REPORT not in said
    assert REPORT not in finished.succeed("--cores", "1", "--until", "plot_gpp_data")


def test_nothing_half_written_is_left(finished: Project) -> None:
    for folder in ("results", "resources"):
        assert [p for p in (finished.folder / folder).rglob("*") if ".part" in p.name] == []
    assert not [p for p in (finished.folder / "results/tiny/scratch").rglob("*") if p.is_file()]


def test_every_experiment_predicts_every_sample(finished: Project) -> None:
    samples = pd.read_parquet(finished.folder / GPP / "features/samples.parquet")
    files = sorted((finished.folder / CROSSVAL).glob("*.parquet"))
    # Those of networks of several numbers of epochs have a row for each number.
    members = [path for path in files if path.name.endswith(".members.parquet")]
    files = [path for path in files if path not in members]
    assert len(members) == 1
    assert len(pd.read_parquet(members[0])) == 2 * len(pd.read_parquet(files[0]))
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


def test_the_same_seed_gives_the_same_bytes_of_the_raw_archive(
    finished: Project, jobs: list[Job], make_project: Callable[[str], Project]
) -> None:
    simulation = {
        job.rule for job in jobs if any(path.startswith("resources/") for path in job.outputs)
    }
    assert len(simulation) > 10
    again = make_project("again")
    again.succeed("--cores", "2", "--", *sorted(simulation))
    for archive in ("resources/raw", "resources/truth"):
        first, second = (checksums(project.folder / archive) for project in (finished, again))
        assert second == first
    assert len(checksums(again.folder / "resources/raw")) > 60


# From here on the copy of the finished run is changed.


def test_one_core_gives_the_predictions_and_the_maps_of_two(
    finished: Project, jobs: list[Job]
) -> None:
    words = (CROSSVAL, "fluxformer-igbp_esa_cci-jan_to_m.parquet")
    names = [output_with(jobs, *words), f"{PRODUCT}/gpp_2016.nc"]
    before = [(finished.folder / name).read_bytes() for name in names]
    with xr.open_dataset(finished.folder / names[1]) as product:
        values = product.load()
    made = [*names, MODEL, output_with(jobs, PRODUCT, "r0c0.nc")]
    rules = {rule_that_writes(jobs, name) for name in made}
    text = finished.succeed("--cores", "1", "--forcerun", *rules, "--", *names)
    # One experiment, one model, two tiles, two years at once; what follows from the experiment: the
    # factors of the spread, the importance of predictors and, with two tiles, where they apply.
    assert "10 of 10 steps" in text
    frame = pd.read_parquet(finished.folder / names[0])
    assert frame["fold"].nunique() == 3
    with xr.open_dataset(finished.folder / names[1]) as product:
        xr.testing.assert_equal(product.load(), values)
    assert [(finished.folder / name).read_bytes() for name in names] == before


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ((CROSSVAL, "jan_to_m", "-none", "fluxformer", ".parquet"), "fold*.npz"),
        ((MODEL,), "month*.zip"),
    ],
    ids=["cross-validation", "final training"],
)
def test_a_killed_training_goes_on_with_the_same_numbers(
    finished: Project, jobs: list[Job], words: tuple[str, ...], parts: str
) -> None:
    name = output_with(jobs, *words)
    rule = rule_that_writes(jobs, name)
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
