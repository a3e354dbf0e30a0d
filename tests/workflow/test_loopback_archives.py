"""From an empty folder: every archive is asked, and what comes is what the simulation writes."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import xarray as xr
import yaml

from carbonscape.core.months import shift_month
from carbonscape.products.config import complete_config
from carbonscape.simulate.earth import Earth
from carbonscape.simulate.xco2_places import settings_of
from carbonscape.sources.registry import get_source
from carbonscape.sources.services import EARTH_ENGINE
from helpers.cds_server import KEY, CdsServer, archive_files, cds_server
from helpers.earth_engine_server import EarthEngine
from helpers.earth_engine_server_simulated import simulated_earth_engine
from helpers.earthdata_server import TOKEN, EarthdataServer, earthdata_server, write_certificate
from helpers.project_copy import Project
from helpers.web_server import Answer, Asked, WebServer, web_server

#: What is made of native files of all archives but the towers'.
GPP, XCO2 = "gpp", "xco2"
TARGETS = (
    f"{GPP}/features/tiles/r0c0.nc",
    f"{GPP}/features/site_series.nc",
    f"{GPP}/features/cell_classes.nc",
    f"{GPP}/features/land_cover/grid_2015.nc",
    f"{GPP}/sif/sif_monthly.nc",
    f"{XCO2}/features/composites/2014.nc",
    f"{XCO2}/features/composites/2015.nc",
    f"{XCO2}/soundings/oco2.nc",
    f"{XCO2}/soundings/oco3.nc",
    f"{XCO2}/tccon/months.csv",
)
#: A product of others, whose files only a listing names; its file says whether it was simulated.
OTHER = f"{GPP}/other_products/vpm_gpp/gpp_2015.nc"
#: The tiny run in fewer years and months: what is fetched is a file or a month a job.
SHORT = {
    "run": "short",
    "simulation": {"first_year": 2014, "last_year": 2015},
    "gpp": {
        **{part: {"first_year": 2015, "last_year": 2015} for part in ("quality", "features")},
        "product": {"first_year": 2015, "last_year": 2015},
        "sif": {"first_month": "2015-01", "last_month": "2015-03", "min_months": 3},
        "evaluation": {"seasonal_cycle_min_years": 1},
    },
    "xco2": {
        "first_month": "2015-01",
        "last_month": "2015-02",
        "soundings": {
            "oco2": {"first_month": "2015-01", "last_month": "2015-01"},
            "oco3": {"first_month": "2015-02", "last_month": "2015-02"},
        },
        "features": {"tropomi_first_month": {"so2": "2015-02", "no2": "2015-01", "co": "2015-01"}},
        "crossval": {"schemes": ["sample"], "ablations": {"scheme": "sample"}},
        "product": {"spread": {"scheme": "sample"}},
        # No server here stands in for the repository of Mapping-XCO2.
        "evaluation": {"others": []},
        "figures": {"footprint_days": ["2015-01-08", "2015-02-05"]},
    },
    "figures": {"map_year": 2015},
}


class Archives(NamedTuple):
    """The servers that stand in for all archives."""

    stores: CdsServer
    nasa: EarthdataServer
    engine: EarthEngine
    web: WebServer

    def count(self) -> int:
        """Return how many requests came."""
        asked = (self.stores.web.asked, self.nasa.asked, self.engine.asked, self.web.asked)
        return sum(map(len, asked))


def merged(into: dict, changes: dict) -> dict:
    """Return a configuration with another over it, as Snakemake lays them."""
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(into.get(key), dict)
        into[key] = merged(into[key], value) if both else value
    return into


def whole_config(project: Project) -> dict:
    """Return the configuration of the simulated run with all its defaults."""
    files = (project.folder / "config" / name for name in ("config.yaml", "tiny.yaml"))
    base, tiny = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in files)
    return complete_config(merged(merged(base, tiny), SHORT))


def make(project: Project, name: str, config: dict) -> str:
    """Make what is compared, by a configuration over the tiny one, and return what was said."""
    (project.folder / name).write_text(yaml.safe_dump(config))
    targets = [f"results/{config['run']}/{target}" for target in (*TARGETS, OTHER)]
    done = project.run(name, "--cores", "2", "--", *targets, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout + done.stderr


@contextlib.contextmanager
def engine_of(project: Project, raw: Path) -> Iterator[EarthEngine]:
    """Run Earth Engine with the images of the Earth of the simulated run."""
    config = whole_config(project)
    cell, whole = config["gpp"]["grid"]["cell"], config["simulation"]
    simulation = {"cell": cell, "seed": config["seed"]}
    simulation |= {k: v for k, v in whole.items() if not k.startswith(("oco_", "pixels"))}
    first = config["xco2"]["features"]["tropomi_first_month"]
    with (
        xr.open_dataset(project.folder / "resources/truth/short/grid.nc") as truth,
        simulated_earth_engine(
            truth,
            earth=Earth(settings_of(simulation), project.folder / "resources/geography"),
            cell=cell,
            pixels=whole["pixels"],
            gases_first={gas: shift_month(month, -1) for gas, month in first.items()},
            raw=raw,
        ) as engine,
    ):
        yield engine


def serve_plain_files(web: WebServer, raw: Path) -> None:
    """Answer as CEDA, figshare, Zenodo, CaltechDATA and S5P-PAL do."""

    def held(path: Path, address: str) -> tuple[str, int, str]:
        web.files[address] = content = path.read_bytes()
        return f"{web.address}{address}", len(content), hashlib.md5(content).hexdigest()

    for path in (raw / "esa_cci_pft").glob("*.nc"):
        held(path, f"/neodc/esacci/land_cover/data/pft/v2.0.8/{path.name}")
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as packed:
        packed.write(raw / "koppen/koppen_geiger_0p1.tif", "1991_2020/koppen_geiger_0p1.tif")
    web.files["/koppen.zip"] = content = buffer.getvalue()
    answer(web, "/v2/articles/21789074/files", [{
        "name": "koppen_geiger_tif.zip", "download_url": f"{web.address}/koppen.zip",
        "size": len(content), "computed_md5": hashlib.md5(content).hexdigest(),
    }])  # fmt: skip
    for source in ("metaflux", "lue_ssvc", "nirv_gpp", "vpm_gpp"):
        record, parts = get_source(source), []
        for path in sorted((raw / source).iterdir()):
            url, size, digest = held(path, f"/{source}/{path.name}")
            parts.append(
                {"key": path.name, "links": {"self": url}, "checksum": f"md5:{digest}",
                 "name": path.name, "download_url": url, "computed_md5": digest, "size": size}
            )  # fmt: skip
        if record.service.name == "Zenodo":
            answer(web, f"/api/records/{record.dataset}", {"files": parts})
        else:
            answer(web, f"/v2/articles/{record.dataset}/files", parts)
    records = []
    for number, path in enumerate(sorted((raw / "tccon").glob("*.nc"))):
        url, size, digest = held(path, f"/tccon/{path.name}")
        entry = {"key": path.name, "size": size, "checksum": f"md5:{digest}"}
        answer(
            web, f"/api/records/{number}/files", {"entries": [{**entry, "links": {"content": url}}]}
        )
        records.append({"id": str(number)})
    answer(web, "/api/records", {"hits": {"hits": records}, "links": {}})
    days = {
        path.name: held(path, f"/sif/{path.name}") for path in (raw / "tropomi_sif").glob("*.nc")
    }

    def search(request: Asked) -> Answer | None:
        """Answer as a STAC catalogue: the items of the span that is asked for."""
        parts = urlsplit(request.path)
        if parts.path != "/search":
            return None
        month = parse_qs(parts.query)["datetime"][0][:7]
        items = [
            {"assets": {"download": {"href": url, "roles": ["data"], "file:size": size}}}
            for name, (url, size, _) in sorted(days.items())
            if month in name
        ]
        return 200, {}, json.dumps({"features": items, "links": []}).encode()

    web.script = Endless(search)


class Endless(list):
    """A script whose one step answers every request."""

    def __init__(self, step: Callable[[Asked], Answer | None]) -> None:
        super().__init__([step])

    def pop(self, index: int = 0) -> Callable[[Asked], Answer | None]:
        """Return the step, which stays."""
        return self[index]


def answer(web: WebServer, path: str, content: object) -> None:
    """Answer with JSON."""
    web.files[path] = json.dumps(content).encode()


@pytest.fixture(scope="module")
def simulated(make_project: Callable[[str], Project]) -> Project:
    """A project that has simulated its archive, and made features of it."""
    project = make_project("simulated")
    make(project, "short.yaml", SHORT)
    return project


@pytest.fixture(scope="module")
def raw_files(simulated: Project) -> Path:
    """The native files of the simulated run; not to be changed."""
    return simulated.folder / "resources/raw/simulated/short"


@pytest.fixture(scope="module")
def archives(simulated: Project, raw_files: Path, tmp_path_factory) -> Iterator[Archives]:
    """All archives, with the accounts that they want in the environment."""
    certificate = write_certificate(tmp_path_factory.mktemp("certificate"))
    with (
        cds_server(archive_files(raw_files)) as stores,
        earthdata_server(certificate) as nasa,
        engine_of(simulated, raw_files) as engine,
        web_server() as web,
        pytest.MonkeyPatch.context() as patch,
    ):
        for instrument, version in (("oco2", "11r"), ("oco3", "10.4r")):
            collection = f"{instrument.upper()}_L2_Lite_FP"
            nasa.add_folder(collection, version, raw_files / instrument)
        serve_plain_files(web, raw_files)
        patch.setenv("CDSAPI_KEY", KEY)
        patch.setenv("CDSAPI_RC", str(certificate.with_name("absent")))
        patch.setenv("EARTHDATA_TOKEN", TOKEN)
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        # Whatever is not on this machine is out of reach.
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        yield Archives(stores, nasa, engine, web)


@pytest.fixture(scope="module")
def fetched(
    archives: Archives,
    make_project: Callable[[str], Project],
    raw_files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A fresh project that has fetched everything into an empty folder, and made features of it."""
    project = make_project("fetched")
    folder = tmp_path_factory.mktemp("archive")
    hosts = dict.fromkeys(
        ("ceda", "figshare", "zenodo", "caltech", "s5p_pal"), archives.web.address
    )
    hosts |= {"cds": archives.stores.address, "ads": archives.stores.address}
    hosts |= {"earth_engine": archives.engine.address, "earthdata": archives.nasa.address}
    changes = {
        "run": "fetched",
        "archive": "real",
        "raw": str(folder / "raw"),
        "towers": str(raw_files / "towers"),
        "fetch": {"hosts": hosts},
        # Days of the tiny archive are a fortnight apart; all that the catalogue lists are taken.
        "gpp": {"sif": {"every_days": 1}},
    }
    # What is seen at towers is drawn apart from the map of the cover, of which `extract` takes it.
    (folder / "raw/esa_cci_pft").mkdir(parents=True)
    for path in (raw_files / "esa_cci_pft").glob("sites_*.csv"):
        shutil.copy(path, folder / "raw/esa_cci_pft")
    make(project, "fetched.yaml", merged(copy.deepcopy(SHORT), changes))
    return project


def test_what_is_made_of_it_is_what_the_simulated_archive_gives(
    simulated: Project, fetched: Project
) -> None:
    folders = sorted({str(Path(name).parent) for name in TARGETS})
    compared = 0
    for folder in folders:
        for path in sorted((fetched.folder / "results/fetched" / folder).glob("*.*")):
            twin = simulated.folder / "results/short" / folder / path.name
            assert path.read_bytes() == twin.read_bytes(), f"{folder}/{path.name}"
            compared += 1
    assert compared >= len(TARGETS)


def test_a_product_of_others_is_fetched_by_the_listing_of_its_record(
    simulated: Project, fetched: Project
) -> None:
    twin = simulated.folder / "results/short" / OTHER
    with (
        xr.open_dataset(twin) as made,
        xr.open_dataset(fetched.folder / "results/fetched" / OTHER) as found,
    ):
        xr.testing.assert_equal(found, made)
        assert (found.attrs["archive"], made.attrs["archive"]) == ("real", "simulated")


def test_each_file_has_a_receipt_and_no_secret_is_written(fetched: Project) -> None:
    config = yaml.safe_load((fetched.folder / "fetched.yaml").read_text())
    raw = Path(config["raw"])
    files = [
        path
        for path in raw.rglob("*")
        if path.is_file() and path.suffix in (".nc", ".nc4", ".tif", ".csv")
        and not path.name.startswith("sites_ESACCI")
    ]  # fmt: skip
    assert len(files) > 60
    for path in files:
        receipt = json.loads(path.with_name(f"{path.name}.receipt.json").read_text())
        assert receipt["size"] == path.stat().st_size
        assert receipt["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    left = [path.name for path in raw.rglob("*") if ".part" in path.name]
    assert left == []
    logs = fetched.folder / "results/fetched/logs"
    for folder in (raw, logs):
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix in (".json", ".log"):
                text = path.read_text(errors="replace")
                assert KEY not in text
                assert TOKEN not in text


def test_a_second_run_asks_nobody(archives: Archives, fetched: Project) -> None:
    before = archives.count()
    targets = [f"results/fetched/{name}" for name in (*TARGETS, OTHER)]
    done = fetched.run("fetched.yaml", "--cores", "2", "--", *targets)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Nothing to be done" in done.stderr + done.stdout
    assert archives.count() == before


def test_the_plan_says_that_all_is_there(archives: Archives, fetched: Project) -> None:
    before = archives.count()
    done = fetched.run("fetched.yaml", "--cores", "1", "plan_downloads")
    assert done.returncode == 0, done.stderr[-3000:]
    for line in done.stdout.splitlines():
        if line.startswith(("era5_land ", "modis_lai", "oco2", "tropomi_no2", "koppen")):
            _, files, there = line.split()[:3]
            assert files == there, line
    assert archives.count() == before


def test_the_archives_have_what_the_registry_says(archives: Archives, fetched: Project) -> None:
    done = fetched.run("fetched.yaml", "--cores", "1", "check_sources")
    said = [line for line in done.stdout.splitlines() if line.startswith(("ok", "REFUSED"))]
    assert len(said) > 18, done.stdout + done.stderr[-3000:]
    # The collections of the stand-in for Earth Engine are those of a simulated Earth, which begin
    # at other times than the registry says; its check has tests of its own.
    others = [
        line for line in said if get_source(line.split()[1]).service.client != EARTH_ENGINE.client
    ]
    assert len(others) >= 10
    assert all(line.startswith("ok") for line in others), others
