"""Raw pixels around towers: which, in which order, page by page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonscape.archives.mcd12q1 import read_igbp_sites
from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.core.errors import DownloadError, InputError
from carbonscape.fetch.earth_engine import towers
from helpers.earth_engine_server import EarthEngine, refusal
from helpers.earth_engine_server_archive import PIXEL, MadeArchive, starts
from helpers.earth_engine_server_mistakes import Mistaken, instead, words
from helpers.web_server import Answer

PLACES = {"US-Ha1": (42.54, -72.17), "DE-Tha": (50.96, 13.57), "AU-How": (-12.49, 131.15)}


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    """A table of three towers."""
    path = tmp_path / "sites.csv"
    lines = [f"{site},MF,Dfb,{lat},{lon}" for site, (lat, lon) in PLACES.items()]
    path.write_text("\n".join(["site,igbp,koppen,lat,lon", *lines]) + "\n")
    return path


def expected_leaves() -> list[str]:
    """Return the table of leaves, pixel by pixel."""
    lines = ["system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"]
    for day in starts("MODIS/061/MOD15A2H", 2019):
        (image,) = MadeArchive().images("MODIS/061/MOD15A2H", day, day + dt.timedelta(days=1))
        for site in sorted(PLACES):
            lat, lon = PLACES[site]
            row, col = int((90 - lat) // PIXEL), int((lon + 180) // PIXEL)
            for pixel in range(9):
                at = row - 1 + pixel // 3, col - 1 + pixel % 3
                cells = [
                    str(image.bands[band][at]) if image.masks[band][at] else ""
                    for band in ("Lai_500m", "Fpar_500m", "FparLai_QC")
                ]
                lines.append(",".join([f"{day:%Y_%m_%d}", site, str(pixel), *cells]))
    return lines


def test_leaves_around_towers_are_the_raw_pixels_from_the_north_west(
    sites: Path, fetch_file: Callable[..., Path]
) -> None:
    path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    lines = path.read_text().splitlines()
    assert lines == expected_leaves()
    assert any(line.endswith(",") or ",," in line for line in lines)
    table = read_modis_sites(path, year=2019)
    assert len(table) == 3 * 5
    assert table["good_pixels"].sum() > 10


def test_the_class_at_towers_is_that_of_their_own_pixel(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    # Of the made-up archive code 0 would be another product.
    engine.world.archive.constant["LC_Type1"] = 8
    path = fetch_file("mcd12q1", "sites", target="file.csv", sites=sites)
    first = dt.date(2019, 1, 1)
    (image,) = MadeArchive().images("MODIS/061/MCD12Q1", first, dt.date(2020, 1, 1))
    lines = ["system:index,site,LC_Type1"]
    for site in sorted(PLACES):
        lat, lon = PLACES[site]
        at = int((90 - lat) // PIXEL), int((lon + 180) // PIXEL)
        lines.append(f"2019_01_01,{site},{8 if image.masks['LC_Type1'][at] else ''}")
    assert path.read_text().splitlines() == lines
    assert read_igbp_sites(path, 2019)["site"].tolist() == sorted(PLACES)


def test_pages_are_asked_for_until_there_is_none(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    engine.page = 40
    path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    assert path.read_text().splitlines() == expected_leaves()
    tokens = [body.get("pageToken") for method, body in engine.asked if method == "computeFeatures"]
    # 3 towers x 9 pixels x 5 composites.
    assert tokens == [None, "40", "80", "120"]


def test_a_page_that_is_refused_for_now_is_asked_again(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    engine.page = 40
    busy = {"80": 2, "120": 1}

    def fault(method: str, body: dict[str, Any]) -> Answer | None:
        token = body.get("pageToken", "")
        if busy.get(token, 0):
            busy[token] -= 1
            return refusal(429, "Too many requests.")
        return None

    engine.fault = fault
    path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    assert path.read_text().splitlines() == expected_leaves()
    assert not any(busy.values())


def test_too_many_towers_at_once_are_halved(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    def heavy(method: str, body: dict[str, Any]) -> Answer | None:
        many = json.dumps(body).count('"Feature"') > 1 * 9
        if method == "computeFeatures" and many:
            return refusal(400, "User memory limit exceeded.")
        return None

    engine.fault = heavy
    path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    assert path.read_text().splitlines() == expected_leaves()


def test_towers_that_came_before_a_failure_are_not_asked_for_again(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(towers, "TOWERS_AT_ONCE", 1)
    left = [2]

    def dies(method: str, body: dict[str, Any]) -> Answer | None:
        left[0] -= method == "computeFeatures"
        return refusal(403, "no") if left[0] < 0 else None

    engine.fault = dies
    with pytest.raises(DownloadError, match="refuses access"):
        fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    assert not (tmp_path / "file.csv").exists()
    engine.fault = lambda method, body: None
    engine.asked.clear()
    path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
    assert path.read_text().splitlines() == expected_leaves()
    assert [method for method, _ in engine.asked].count("computeFeatures") == 1
    assert not (tmp_path / ".file.csv.pieces").exists()
    receipt = json.loads((tmp_path / "file.csv.receipt.json").read_text())
    assert receipt["request"]["sites"] == 3


@pytest.mark.parametrize(
    "mistake",
    [
        words("Lai_500m", "Fpar_500m"),
        words("2019-01-01", "2019-01-09"),
        instead("Reducer.first", "Reducer.mean"),
    ],
)
def test_a_mistake_in_what_is_asked_would_be_seen(
    mistake: Callable[[str], str],
    sites: Path,
    fetch_file: Callable[..., Path],
    engine: EarthEngine,
) -> None:
    engine.mistake = made = Mistaken(mistake)
    try:
        path = fetch_file("modis_lai", "sites", target="file.csv", sites=sites)
        wrong = path.read_text().splitlines() != expected_leaves()
    except DownloadError:
        wrong = True
    assert wrong
    assert made.made


def test_an_answer_that_lacks_a_pixel_is_refused(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    def loses(method: str, body: dict[str, Any]) -> Answer | None:
        if method != "computeFeatures":
            return None
        status, headers, content = engine._computeFeatures(body)
        answer = json.loads(content)
        del answer["features"][7]
        return status, headers, json.dumps(answer).encode()

    engine.fault = loses
    with pytest.raises(
        DownloadError, match=r"134 rows came, expected 135 .* differs is 2019_01_01, AU-How, 7"
    ):
        fetch_file("modis_lai", "sites", target="file.csv", sites=sites)


def test_a_page_that_never_ends_is_refused(
    sites: Path, fetch_file: Callable[..., Path], engine: EarthEngine
) -> None:
    def again(method: str, body: dict[str, Any]) -> Answer | None:
        if method != "computeFeatures":
            return None
        return 200, {}, json.dumps({"features": [], "nextPageToken": "7"}).encode()

    engine.fault = again
    with pytest.raises(DownloadError, match="the same page as the next one again and again"):
        fetch_file("modis_lai", "sites", target="file.csv", sites=sites)


def test_without_a_table_of_towers_there_is_a_sentence(
    tmp_path: Path, fetch_file: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match="no table of sites is given"):
        fetch_file("modis_lai", "sites", target="file.csv")
    with pytest.raises(InputError, match="no such file"):
        fetch_file("modis_lai", "sites", target="file.csv", sites=tmp_path / "absent.csv")


def test_longitudes_east_of_180_are_understood(
    tmp_path: Path, fetch_file: Callable[..., Path], sites: Path
) -> None:
    expected = fetch_file("modis_lai", "sites", target="one.csv", sites=sites).read_text()
    east = tmp_path / "east.csv"
    east.write_text(sites.read_text().replace("-72.17", "287.83"))
    assert fetch_file("modis_lai", "sites", target="two.csv", sites=east).read_text() == expected


def test_an_unknown_recipe_for_towers_is_refused() -> None:
    with pytest.raises(DownloadError, match="no recipe for towers is called 'x'; there are modis"):
        towers.get_tower_recipe("x")
