"""The Climate (or Atmosphere) Data Store on 127.0.0.1: it checks requests and keeps a queue.

The wire protocol is that of cdsapi 0.7.7 with ecmwf-datastores-client 0.5.3
(design/data-sources.md, section 12.2).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.requests import CdsRequest
from helpers.web_server import Answer, Asked, WebServer, serve_file, web_server

KEY = "11111111-2222-3333-4444-555555555555"

#: Makes the file of a request: data set, request.
Maker = Callable[[str, dict[str, Any]], bytes]


@dataclass
class CdsServer:
    """What the store knows, and what it was asked.

    Attributes:
        web: the server below: its script, its list of requests.
        make: makes the file of a request.
        address: base address, as clients name it.
        limit: variables times days (or months) that one request may ask for.
        queue: states that a job goes through before it is ready, one a look.
        refused: data sets whose licence is not accepted.
        failures: reasons why the next jobs fail.
        jobs: number of looks, data set and request by job.
        submitted: requests that became jobs, in their order.
        complaints: what was wrong with requests.
        key: that of the user.
        size_error: bytes by which the announced size is wrong.
        file_script: as the script of the server below, for files alone.
        cut_files: bytes after which the connection breaks, one for each file that is asked for.
    """

    web: WebServer
    make: Maker
    limit: int = 10**6
    queue: tuple[str, ...] = ("accepted", "running")
    refused: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    key: str = KEY
    size_error: int = 0
    file_script: list[Callable[[Asked], Answer | None]] = field(default_factory=list)
    cut_files: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Base address, such as http://127.0.0.1:1234/api."""
        return f"{self.web.address}/api"

    def answer(self, request: Asked) -> Answer:
        """Return the answer to a request."""
        if self.web.script:
            scripted = self.web.script.pop(0)(request)
            if scripted is not None:
                return scripted
        path = request.path.partition("?")[0]
        if path.startswith("/files/"):
            if "private-token" in request.headers:
                self.complaints.append("the key was sent to the store of files")
            if self.file_script and (scripted := self.file_script.pop(0)(request)) is not None:
                return scripted
            if self.cut_files:
                self.web.cut_after = [self.cut_files.pop(0)]
            job = path.split("/")[2]
            if job not in self.jobs:
                return 404, {}, b""
            return serve_file(self.jobs[job]["file"], request)
        if path == "/api/catalogue/v1/messages":
            return _json(200, {"messages": []})
        if request.headers.get("private-token") != self.key:
            return _json(401, {"title": "authentication failed", "detail": "no such token"})
        if path == "/api/profiles/v1/account/verification/pat":
            return _json(200, {"id": 1})
        if found := re.fullmatch(r"/api/retrieve/v1/processes/([\w-]+)(/\w+)?", path):
            return self._process(found[1], found[2] or "", request)
        if found := re.fullmatch(r"/api/retrieve/v1/jobs/([\w-]+)(/results)?", path):
            return self._job(found[1], bool(found[2]))
        return _json(404, {"title": "not found"})

    def _process(self, dataset: str, action: str, request: Asked) -> Answer:
        """Answer a question on a data set, or a request for a part of it."""
        if dataset not in DATASETS:
            return _json(404, {"title": "process not found", "detail": dataset})
        if not action:
            return _json(200, {"id": dataset, "links": []})
        inputs = json.loads(request.body)["inputs"]
        if action == "/constraints":
            years = [str(year) for year in range(1950, 2026)]
            return _json(200, {"variable": sorted(DATASETS[dataset]["variable"]), "year": years})
        if action == "/costing":
            costs, most = {"size": fields(inputs)}, {"size": self.limit}
            exceeded = most if costs["size"] > self.limit else {}
            content = {"costs": costs, "max_costs": most, "max_costs_exceeded": exceeded}
            return _json(200, content)
        if dataset in self.refused:
            page = f"{self.web.address}/datasets/{dataset}?tab=download#manage-licences"
            detail = f"Not all the required licences have been accepted; please visit {page}"
            return _json(403, {"title": "required licences not accepted", "detail": detail})
        if wrong := complaint(dataset, inputs):
            self.complaints.append(wrong)
            return _json(400, {"title": "invalid request", "detail": wrong})
        if fields(inputs) > self.limit:
            detail = "Your request is too large, please reduce your selection."
            return _json(403, {"title": "cost limits exceeded", "detail": detail})
        name = f"job-{len(self.submitted) + 1}"
        self.submitted.append({"dataset": dataset, **inputs})
        failure = self.failures.pop(0) if self.failures else ""
        file = b"" if failure else self.make(dataset, inputs)
        self.jobs[name] = {"dataset": dataset, "looks": 0, "failure": failure, "file": file}
        link = {"rel": "monitor", "href": f"{self.address}/retrieve/v1/jobs/{name}"}
        return _json(201, {"jobID": name, "status": "accepted", "links": [link], "metadata": {}})

    def _job(self, name: str, results: bool) -> Answer:
        """Answer a look at a job, or a question for its file."""
        job = self.jobs.get(name)
        if job is None:
            return _json(404, {"title": "job not found", "detail": f"job {name} not found"})
        if not results:
            return self._look(name, job)
        if job["failure"]:
            content = {"title": "The job failed", "traceback": job["failure"]}
            return _json(400, content)
        address = f"{self.web.address}/files/{name}/result.nc"
        size = len(job["file"]) + self.size_error
        value = {"type": "application/netcdf", "href": address, "file:size": size}
        return _json(200, {"asset": {"value": value}})

    def _look(self, name: str, job: dict[str, Any]) -> Answer:
        """Answer a look at a job: it goes on with each."""
        states = [*self.queue, "failed" if job["failure"] else "successful"]
        status = states[min(job["looks"], len(states) - 1)]
        job["looks"] += 1
        here = f"{self.address}/retrieve/v1/jobs/{name}"
        links = [{"rel": "self", "href": here}]
        if status == "successful":
            links.append({"rel": "results", "href": f"{here}/results"})
        return _json(
            200, {"jobID": name, "processID": job["dataset"], "status": status, "links": links}
        )


#: Keys, and the values of some, that each data set wants (data-sources.md, 4.3 and 8).
DATASETS: dict[str, dict[str, Any]] = {
    "derived-era5-land-daily-statistics": {
        "variable": {"2m_temperature", "2m_dewpoint_temperature"},
        "daily_statistic": "daily_mean",
        "time_zone": "utc+00:00",
        "frequency": "1_hourly",
        "day": None,
    },
    "reanalysis-era5-land": {
        "variable": {
            "total_precipitation",
            "total_evaporation",
            "surface_solar_radiation_downwards",
        },
        "time": ["00:00"],
        "data_format": "netcdf",
        "download_format": "unarchived",
        "day": None,
    },
    "reanalysis-era5-land-monthly-means": {
        "product_type": ["monthly_averaged_reanalysis"],
        "variable": {
            "surface_pressure",
            "total_evaporation",
            "10m_u_component_of_wind",
            "10m_v_component_of_wind",
            "total_precipitation",
            "2m_temperature",
        },
        "time": ["00:00"],
        "data_format": "netcdf",
        "download_format": "unarchived",
    },
    "cams-global-ghg-reanalysis-egg4-monthly": {
        "variable": {"co2_column_mean_molar_fraction"},
        "product_type": ["monthly_mean"],
        "data_format": "netcdf_zip",
    },
}


def complaint(dataset: str, inputs: dict[str, Any]) -> str:
    """Return what is wrong with a request; empty if nothing is."""
    wanted = {**DATASETS[dataset], "year": None, "month": None}
    if set(inputs) - {"area"} != set(wanted):
        return f"{dataset}: keys {sorted(inputs)}, expected {sorted(wanted)}"
    for key, value in wanted.items():
        found = inputs[key]
        if isinstance(value, set):
            if not found or not set(found) <= value:
                return f"{dataset}: {key} {found}, expected some of {sorted(value)}"
        elif value is not None and found != value:
            return f"{dataset}: {key} {found!r}, expected {value!r}"
    for key, pattern in {"year": r"\d{4}", "month": r"[01]\d", "day": r"[0-3]\d"}.items():
        values = inputs.get(key, [])
        values = values if isinstance(values, list) else [values]
        if not all(isinstance(value, str) and re.fullmatch(pattern, value) for value in values):
            return f"{dataset}: {key} {inputs[key]!r}"
    area = inputs.get("area", [90, -180, -90, 180])
    if not (len(area) == 4 and area[0] > area[2] and area[1] < area[3]):
        return f"{dataset}: area {area}, expected north, west, south, east"
    return ""


def fields(inputs: dict[str, Any]) -> int:
    """Return how many fields a request is for."""
    return len(inputs["variable"]) * len(inputs["month"]) * len(inputs.get("day", [""]))


def archive_files(folder: Path) -> Maker:
    """Return what delivers the whole files of an archive that lies in a folder of raw data."""

    def make(dataset: str, inputs: dict[str, Any]) -> bytes:
        year = inputs["year"] if isinstance(inputs["year"], str) else inputs["year"][0]
        for name in source_names():
            for files in get_source(name).files.values():
                if isinstance(files.request, CdsRequest) and files.request.dataset == dataset:
                    when = f"{year}-{inputs['month'][0]}" if files.request.days else year
                    return Path(files.path(folder, when)).read_bytes()
        raise LookupError(dataset)

    return make


#: Short names of variables by their names in requests.
SHORT = {
    "2m_temperature": "t2m", "2m_dewpoint_temperature": "d2m", "total_precipitation": "tp",
    "total_evaporation": "e", "surface_solar_radiation_downwards": "ssrd",
    "surface_pressure": "sp", "10m_u_component_of_wind": "u10", "10m_v_component_of_wind": "v10",
    "co2_column_mean_molar_fraction": "tcco2",
}  # fmt: skip
_LAT, _LON = np.arange(49.9, 44.9, -0.1), np.arange(5.0, 9.0, 0.1)


def made_netcdf(inputs: dict[str, Any], variables: list[str], folder: Path) -> bytes:
    """Return the file of a request: a value of its own for each variable, time and place."""
    years = inputs["year"] if isinstance(inputs["year"], list) else [inputs["year"]]
    days = inputs.get("day", ["01"])
    dates = [f"{y}-{m}-{d}" for y in years for m in inputs["month"] for d in days]
    stamps = np.array(dates, dtype="datetime64[D]")
    path = folder / "made.nc"
    with netCDF4.Dataset(path, "w") as data:
        data.Conventions = "CF-1.7"
        for name, size in (
            ("valid_time", len(dates)),
            ("latitude", len(_LAT)),
            ("longitude", len(_LON)),
        ):
            data.createDimension(name, size)
        time = data.createVariable("valid_time", "i8", ("valid_time",))
        # As the daily statistics do: counted from the first day of the file.
        time.setncatts({"units": f"days since {dates[0]}", "calendar": "proleptic_gregorian"})
        time[:] = (stamps - stamps[0]).astype(int)
        for name, values in (("latitude", _LAT), ("longitude", _LON)):
            data.createVariable(name, "f8", (name,))[:] = values
        data.createVariable("number", "i8", ())[...] = 0
        for name in variables:
            field = data.createVariable(
                SHORT[name], "f4", ("valid_time", "latitude", "longitude"), fill_value=np.nan
            )
            field.setncatts({"units": "K", "coordinates": "number valid_time latitude longitude"})
            base = sorted(SHORT).index(name) * 1e4 + stamps.astype(int)[:, None, None]
            field[:] = base + _LAT[:, None] / 100 + _LON / 1000
            field[:, 0, 0] = np.nan
    return path.read_bytes()


def _json(status: int, content: Any) -> Answer:
    """Return an answer of JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


@contextlib.contextmanager
def cds_server(make: Maker) -> Iterator[CdsServer]:
    """Run a store while the block lasts."""
    with web_server() as web:
        server = CdsServer(web, make)
        web.answer = server.answer
        yield server
