"""Downloads in the workflow: only what is absent is fetched, and nothing that is there is lost."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from carbonscape.core.grid import Grid
from helpers import gridded
from helpers.project_copy import Project, copy_project
from helpers.web_server import WebServer, says, web_server

TIFF = b"II*\x00" + b"pixels"


@pytest.fixture
def archive() -> Iterator[WebServer]:
    """Figshare with the map of climates."""
    with web_server() as server:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as packed:
            packed.writestr("1991_2020/koppen_geiger_0p1.tif", TIFF)
        server.files["/z"] = content = buffer.getvalue()
        server.files["/v2/articles/21789074/files"] = json.dumps(
            [
                {
                    "name": "koppen_geiger_tif.zip",
                    "download_url": f"{server.address}/z",
                    "size": len(content),
                    "computed_md5": hashlib.md5(content).hexdigest(),
                }
            ]
        ).encode()
        yield server


@pytest.fixture
def project(archive, tmp_path) -> Project:
    """A copy of the workflow whose native files are those of the archive."""
    project = copy_project(tmp_path / "project")
    configuration = project.folder / "config" / "tiny.yaml"
    content = yaml.safe_load(configuration.read_text())
    content |= {
        "archive": "real",
        "products": ["gpp"],
        "fetch": {"hosts": {"figshare": archive.address}},
    }
    configuration.write_text(yaml.safe_dump(content, sort_keys=False))
    return project


@pytest.fixture
def target(project) -> Path:
    """Where the map of climates belongs."""
    return project.folder / "resources/raw/real/koppen/koppen_geiger_0p1.tif"


def test_an_absent_map_is_fetched_once_and_never_lost(archive, project, target):
    project.succeed("--cores", "1", "fetch_koppen")
    assert target.read_bytes() == TIFF
    assert target.with_name(f"{target.name}.receipt.json").exists()
    asked = len(archive.asked)
    # Whatever changes: a script, a module, a key; even where everything is asked for again.
    for path in ("scripts/download.py", "carbonscape/fetch/https.py"):
        changed = project.folder / "workflow" / path
        changed.write_text(changed.read_text() + "\n# changed\n")
    for words in (["fetch"], ["--forceall", "fetch"], ["fetch", "--config", "seed=7"]):
        assert "download_koppen" not in project.succeed("--cores", "1", "--dry-run", *words)
    project.run("--cores", "1", "--delete-all-output", "fetch")
    assert "download_koppen" not in project.succeed("--cores", "1", "fetch_koppen")
    assert target.read_bytes() == TIFF
    assert len(archive.asked) == asked


def test_a_file_put_there_by_hand_is_used_as_it_is(project, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(b"by hand")
    plan = project.succeed("--cores", "1", "--dry-run", "fetch")
    assert "download_esa_cci_pft_grid" in plan
    assert "download_koppen" not in plan
    assert target.read_bytes() == b"by hand"


@pytest.mark.parametrize(
    ("value", "folder", "files"), [("cds", "era5_land", 25), ("earthengine", "era5_land_8day", 1)]
)
def test_the_weather_comes_from_the_service_of_the_key(project, value, folder, files):
    configuration = project.folder / "config" / "tiny.yaml"
    content = yaml.safe_load(configuration.read_text())
    content["gpp"]["weather_source"] = value
    configuration.write_text(yaml.safe_dump(content, sort_keys=False))
    jobs = project.jobs()
    read = {
        path
        for job in jobs
        if "results/tiny/gpp/features/era5_land/grid_2015.nc" in job.outputs
        for path in job.inputs
        if path.startswith("resources/raw/")
    }
    assert len(read) == files
    assert {Path(path).parent.name for path in read} == {folder}
    fetched = {path for job in jobs if job.rule.startswith("download_") for path in job.outputs}
    assert read <= fetched
    assert {"era5_land", "era5_land_8day"} & {Path(path).parent.name for path in fetched} == {
        folder
    }


@pytest.mark.parametrize(
    ("value", "folder"), [("cds", "era5_land_monthly"), ("earthengine", "era5_land_monthly_ee")]
)
def test_the_monthly_weather_does_too(project, value, folder):
    configuration = project.folder / "config" / "tiny.yaml"
    content = yaml.safe_load(configuration.read_text()) | {"products": ["xco2"]}
    content["xco2"]["weather_source"] = value
    configuration.write_text(yaml.safe_dump(content, sort_keys=False))
    (job,) = (
        job
        for job in project.jobs()
        if "results/tiny/xco2/features/composites/2015.nc" in job.outputs
    )
    weather = {path for path in job.inputs if "/era5_land" in path and path.endswith(".nc")}
    assert weather == {f"resources/raw/real/{folder}/{folder}_2015.nc"}


def test_weather_of_eight_days_is_aggregated(project):
    configuration = project.folder / "config" / "tiny.yaml"
    content = yaml.safe_load(configuration.read_text())
    content["gpp"]["weather_source"] = "earthengine"
    content["towers"] = "towers"
    configuration.write_text(yaml.safe_dump(content, sort_keys=False))
    (project.folder / "towers").mkdir()
    # Not read on the way to the weather.
    (project.folder / "towers/FLX_ZZ-Aa1_FLUXNET2015_SUBSET_MM_2015-2015_1-4.csv").touch()
    (project.folder / "towers/sites.csv").write_text(
        "site,lat,lon,igbp,koppen\nZZ-Aa1,45,-15,DBF,Cfb\n"
    )
    grid = Grid(30.0)
    gridded.write_eight_days(
        project.folder / "resources/raw/real/era5_land_8day/era5_land_8day_2015.nc", 2015,
        lat=grid.lat, lon=grid.lon,
        fields={
            name: np.full((46, 6, 12), 280.0 if name == "t2m" else 3.0)
            for name in ("t2m", "vpd", "tp", "e")
        }
        | {"ssrd": gridded.sunlight(grid.lat, 12)},
    )  # fmt: skip
    made = "results/tiny/gpp/features/era5_land/sites_2015.nc"
    project.succeed("--cores", "1", made)
    with xr.open_dataset(project.folder / made) as found:
        assert found["weather"].sel(variable="T2M").values.tolist() == [[280.0]] * 46


def test_a_dry_run_and_a_plan_touch_no_network(archive, project):
    assert "download_koppen_map" in project.succeed("--cores", "1", "--dry-run", "fetch")
    plan = project.succeed("--cores", "1", "plan_downloads")
    assert "koppen" in plan
    assert "GB" in plan
    assert archive.asked == []


def test_a_failed_download_leaves_nothing_and_says_why(archive, project, target):
    archive.script = [says(404)]
    failed = project.run("--cores", "1", "fetch_koppen")
    assert failed.returncode != 0
    assert "download_koppen_map: Koppen-Geiger map" in failed.stderr
    assert "HTTP 404" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert list(target.parent.glob("*")) == []
    project.succeed("--cores", "1", "fetch_koppen")
    assert target.read_bytes() == TIFF
