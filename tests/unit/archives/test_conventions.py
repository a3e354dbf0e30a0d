"""Writers against readers: what the instruments write is what the readers find.

And for every convention: were it another on one side, the comparison would fail. A mutation
changes the reader (``monkeypatch``) or rewrites the file; the checks stand in ``two_sides*``.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import rasterio

from carbonscape.archives import (
    era5_land,
    esa_cci_pft,
    fluxnet,
    fluxnet_files,
    koppen,
    mcd12q1,
    modis_lai,
    netcdf,
    predictors,
    tropomi_sif,
)
from carbonscape.core.errors import InputError
from carbonscape.fluxes.features import calendar, landcover, meteorology
from carbonscape.simulate.parts import EarthParts
from helpers import two_sides as sides
from helpers.netcdf_edits import edit, scaled, swapped, turned, turned_labels
from helpers.simulated import build, sites
from helpers.two_sides_towers import check_fluxes, check_predictors

Patch = pytest.MonkeyPatch
#: A wrong convention is either refused or gives other values.
CAUGHT = (AssertionError, InputError)
ERRORLESS = EarthParts(
    sensor_noise=False, flux_noise=False, partitioning_error=False, outliers=False
)
FEBRUARY = "era5_land_accum_2016_02.nc", "era5_land_daily_mean_2016_02.nc"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The native files of all instruments, each in its folder; not to be changed."""
    root = tmp_path_factory.mktemp("written")
    for name, write in (
        ("leaves", sides.write_leaves),
        ("raw_leaves", sides.write_raw_leaves),
        ("weather", sides.write_weather),
        ("cover", sides.write_cover),
        ("climates", sides.write_climates),
        ("soundings", sides.write_soundings),
    ):
        (root / name).mkdir()
        write(root / name)
    build(root / "towers", parts=ERRORLESS)
    return root


def checks(root: Path) -> dict[str, Callable[[], None]]:
    """Return the comparisons of all that lies below a folder, by name."""
    weather, towers = root / "weather", root / "towers" / "archive"
    truth = sites(parts=ERRORLESS)
    return {
        "leaves 2015": lambda: sides.check_leaves(root / "leaves", 2015),
        "leaves": lambda: sides.check_leaves(root / "leaves", 2016),
        "raw leaves": lambda: sides.check_leaves(root / "raw_leaves", 2016),
        "leaves at sites 2015": lambda: sides.check_leaves_at_sites(root / "leaves", 2015),
        "leaves at sites": lambda: sides.check_leaves_at_sites(root / "leaves", 2016),
        "states": lambda: sides.check_states(weather / FEBRUARY[1], 2016, 2),
        "totals": lambda: sides.check_totals(weather / FEBRUARY[0], 2016, 2),
        "totals in a zip": lambda: sides.check_totals(
            weather / "era5_land_accum_2016_01.nc", 2016, 1
        ),
        "totals of the next year": lambda: sides.check_totals(
            weather / "era5_land_accum_2017_01.nc", 2017, 1
        ),
        "steps": lambda: sides.check_steps(weather),
        "fractions": lambda: sides.check_fractions(root / "cover", 2016),
        "classes": lambda: sides.check_classes(root / "cover", 2016),
        "climates": lambda: sides.check_climates(root / "climates" / "koppen_geiger_0p1.tif"),
        "soundings": lambda: sides.check_soundings(root / "soundings"),
        "fluxes": lambda: check_fluxes(towers / "fluxnet2015.zip", truth),
        "predictors": lambda: check_predictors(towers / "predictors_monthly.csv.gz", truth),
    }


NAMES = list(checks(Path()))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_was_there(written: Path, name: str) -> None:
    checks(written)[name]()


# The reader goes wrong.


def other_totals(**changes: float) -> tuple:
    """Return the accumulations of ERA5-Land with another factor for some."""
    return tuple(
        replace(variable, factor=changes.get(variable.name, variable.factor))
        for variable in era5_land.ACCUMULATIONS
    )


def of_a_common_year(day: dt.date, year: int, origin: str) -> int:
    """Number a composite by its date in a common year."""
    return (day.replace(year=2015) - dt.date(2015, 1, 1)).days // 8


def never_beginning_anew(day: dt.date, year: int, origin: str) -> int:
    """Number a composite as if they ran on over New Year."""
    return (day - dt.date(2000, 2, 18)).days // 8 % 46


def of_cells_times(lai: float, fpar: float) -> Callable:
    """Return means over pixels with another factor."""
    true = modis_lai._of_cells

    def wrong(raw: np.ndarray, good: np.ndarray, side: int, divisor: int) -> tuple:
        values, share = true(raw, good, side, divisor)
        return values * np.float32({100: lai, 1000: fpar}[divisor]), share

    return wrong


READERS: dict[str, tuple[str, object, str, object]] = {
    "QC one bit lower": (
        "raw leaves", modis_lai, "good_retrieval", lambda qc: ((qc >> 4) & 7) <= 1),
    "QC one bit higher": (
        "raw leaves", modis_lai, "good_retrieval", lambda qc: ((qc >> 6) & 7) <= 1),
    "QC in the lowest bits": (
        "raw leaves", modis_lai, "good_retrieval", lambda qc: (qc & 7) <= 1),
    "saturation thrown away": (
        "raw leaves", modis_lai, "good_retrieval", lambda qc: (qc >> 5) == 0),
    "back-up retrievals kept": (
        "raw leaves", modis_lai, "good_retrieval", lambda qc: (qc >> 5) <= 3),
    "the same at sites": (
        "leaves at sites", modis_lai, "good_retrieval", lambda qc: (qc >> 5) <= 3),
    "LAI in hundredths": ("raw leaves", modis_lai, "_of_cells", of_cells_times(0.1, 1)),
    "LAI of sites in hundredths": (
        "leaves at sites", modis_lai, "decode_lai", lambda raw: modis_lai._decode(raw, 100)),
    "FPAR in tenths": ("raw leaves", modis_lai, "_of_cells", of_cells_times(1, 10)),
    "stored LAI in hundredths": ("leaves", modis_lai, "_STORED_UNITS", {"lai": 1000, "fpar": 1000}),
    "stored FPAR in tenths": ("leaves", modis_lai, "_STORED_UNITS", {"lai": 100, "fpar": 100}),
    "FPAR of sites in tenths": (
        "leaves at sites", modis_lai, "decode_fpar", lambda raw: modis_lai._decode(raw, 10)),
    "slots of a common year in a leap year": ("leaves", modis_lai, "_step", of_a_common_year),
    "the same for sites": ("leaves at sites", modis_lai, "_step", of_a_common_year),
    "slots that run on over New Year": ("leaves", modis_lai, "_step", never_beginning_anew),
    "totals at their stamp": ("totals", era5_land, "_DAY", np.timedelta64(0, "D")),
    "totals at their stamp, in steps": ("steps", era5_land, "_DAY", np.timedelta64(0, "D")),
    "totals two days before": ("totals", era5_land, "_DAY", np.timedelta64(2, "D")),
    "evaporation as signed": ("totals", era5_land, "ACCUMULATIONS", other_totals(e=1000.0)),
    "evaporation as signed, in steps": (
        "steps", era5_land, "ACCUMULATIONS", other_totals(e=1000.0)),
    "rain in m": ("totals", era5_land, "ACCUMULATIONS", other_totals(tp=1.0)),
    "light a hour": ("totals", era5_land, "ACCUMULATIONS", other_totals(ssrd=1 / 3600)),
    "light as joules": ("totals", era5_land, "ACCUMULATIONS", other_totals(ssrd=1.0)),
    "packing noise left": (
        "totals", era5_land, "ACCUMULATIONS",
        tuple(replace(variable, zero_above=0.0) for variable in era5_land.ACCUMULATIONS)),
    "the last step of a leap year has five days": (
        "steps", calendar.Calendar, "days", lambda self, year: [8] * 45 + [5]),
    "VPD in Pa": (
        "steps", meteorology, "vapour_pressure_deficit",
        lambda t, d: 100 * (sides.vapour_pressure(t) - sides.vapour_pressure(d))),
    "longitudes as they stand": (
        "states", netcdf, "_longitudes", lambda values, origin: (values, slice(None))),
    "latitudes from the south": (
        "states", netcdf, "_latitudes", lambda values, origin: (values[::-1], slice(None))),
    "fractions in percent": (
        "fractions", esa_cci_pft, "_block_means",
        lambda block, pixels: block.reshape(14, block.shape[1] // pixels, pixels, -1, pixels)
        .mean(axis=(2, 4)).astype(np.float32)),
    "inland water alone": (
        "fractions", esa_cci_pft, "PFT_CLASSES",
        tuple("WATER_INLAND" if n == "WATER" else n for n in esa_cci_pft.PFT_CLASSES)),
    "water is no class": ("classes", mcd12q1, "_FILL", 17),
    "classes counted from zero": (
        "classes", sides, "encode_igbp_codes",
        lambda codes: landcover.encode_igbp_codes(codes + 1)),
    "classes in another order": (
        "classes", sides, "IGBP", sorted(sides.IGBP)),
    "arid climates before tropical ones": (
        "climates", koppen, "_CODES",
        dict(zip(koppen._CODES, ((4, 7), (1, 3), (8, 16), (17, 28), (29, 30)), strict=True))),
    "climates in another legend": (
        "climates", koppen, "_CODES",
        dict(zip(koppen._CODES, ((1, 4), (5, 8), (9, 17), (18, 29), (30, 30)), strict=True))),
    "fluorescence of the instant": ("soundings", tropomi_sif, "_SIF", "SIF_743"),
    "undeclared fill is a value": ("soundings", tropomi_sif, "_MISSING", 1e38),
    "another missing value": ("fluxes", fluxnet, "_MISSING", -6999.0),
    "gross and net swapped": (
        "fluxes", fluxnet, "FLUX_COLUMNS",
        fluxnet.FLUX_COLUMNS | {"gpp_nt": "NEE_VUT_REF", "nee": "GPP_NT_VUT_REF"}),
    "the threshold family CUT": (
        "fluxes", fluxnet, "FLUX_COLUMNS",
        {name: column.replace("VUT", "CUT") for name, column in fluxnet.FLUX_COLUMNS.items()}),
    "outdated versions first": (
        "fluxes", fluxnet_files.TowerFile, "rank",
        property(lambda file: (file.code_version, file.site_version) < ("3", "2"))),
    "temperature in degrees Celsius": (
        "predictors", predictors, "_values",
        lambda text, predictor: [
            float(value or "nan") - 273.15 * (predictor.name == "T2M")
            for value in text.texts(predictor.name)]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", READERS)
def test_a_reader_that_takes_it_otherwise_is_caught(
    written: Path, monkeypatch: Patch, mistake: str
) -> None:
    name, place, attribute, value = READERS[mistake]
    assert hasattr(place, attribute)
    monkeypatch.setattr(place, attribute, value)
    with pytest.raises(CAUGHT):
        checks(written)[name]()


# The file is another: mistakes that a writer, or a tool on the way, can make.


GRIDS = {
    "leaves": "leaves/MOD15A2H.061_2016.nc",
    "raw leaves": "raw_leaves/MOD15A2H.061_2016.nc",
    "states": f"weather/{FEBRUARY[1]}",
    "totals": f"weather/{FEBRUARY[0]}",
    "fractions": "cover/ESACCI-LC-L4-PFT-Map-300m-P1Y-2016-v2.0.8.nc",
    "classes": "cover/MCD12Q1.061_2016.nc",
}


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies the folder of an instrument, to be changed."""

    def copy(folder: str) -> Path:
        shutil.copytree(written / folder, tmp_path / folder)
        return tmp_path

    return copy


@pytest.mark.parametrize("axis", ["lat", "lon"])
@pytest.mark.parametrize("name", GRIDS)
def test_other_directions_are_read_and_wrong_ones_caught(
    copied: Callable[[str], Path], name: str, axis: str
) -> None:
    root = copied(GRIDS[name].split("/")[0])
    edit(root / GRIDS[name], turned(axis))
    checks(root)[name]()  # south first, or 0 to 360: the same field
    edit(root / GRIDS[name], turned(axis))
    edit(root / GRIDS[name], turned_labels(axis))
    with pytest.raises(CAUGHT):
        checks(root)[name]()


def shifted_bits(data: netCDF4.Dataset) -> None:
    data["FparLai_QC"][:] = data["FparLai_QC"][:] >> 1


def water_is_zero(data: netCDF4.Dataset) -> None:
    data["igbp"][:] = np.where(data["igbp"][:] == 17, 0, data["igbp"][:])


def counted_from_zero(data: netCDF4.Dataset) -> None:
    data["igbp"][:] = data["igbp"][:] - np.uint8(1)


def said_in_tenths(data: netCDF4.Dataset) -> None:
    data["lai"].scale_factor = 0.1


def said_in_watts(data: netCDF4.Dataset) -> None:
    data["ssrd"].units = "W m**-2"


FILES: dict[str, tuple[str, Callable[[netCDF4.Dataset], None]]] = {
    "composites a slot later": ("leaves", scaled("time", 1, 8)),
    "composites of another epoch": ("leaves", scaled("time", 1, -366)),
    "LAI and FPAR swapped": ("leaves", swapped("lai", "fpar")),
    "raw LAI and FPAR swapped": ("raw leaves", swapped("Lai_500m", "Fpar_500m")),
    "QC a bit lower": ("raw leaves", shifted_bits),
    "LAI said to be in tenths": ("leaves", said_in_tenths),
    "values without an image": ("leaves", scaled("images", 0)),
    "totals stamped on their own day": ("totals", scaled("valid_time", 1, -86400)),
    "evaporation positive": ("totals", scaled("e", -1)),
    "rain in mm": ("totals", scaled("tp", 1000)),
    "light in W m-2": ("totals", scaled("ssrd", 1 / 86400)),
    "light said to be in W m-2": ("totals", said_in_watts),
    "degrees Celsius": ("states", scaled("t2m", 1, -273.15)),
    "states a day later": ("states", scaled("valid_time", 1, 1)),
    "dew point and temperature swapped": ("states", swapped("t2m", "d2m")),
    "crops and grass swapped": ("fractions", swapped("GRASS-MAN", "GRASS-NAT")),
    "fractions of a half": ("fractions", scaled("GRASS-NAT", 0.5)),
    "water is zero": ("classes", water_is_zero),
    "classes from zero": ("classes", counted_from_zero),
}


@pytest.mark.parametrize("mistake", FILES)
def test_a_file_that_says_it_otherwise_is_caught(
    copied: Callable[[str], Path], mistake: str
) -> None:
    name, change = FILES[mistake]
    root = copied(GRIDS[name].split("/")[0])
    edit(root / GRIDS[name], change)
    with pytest.raises(CAUGHT):
        checks(root)[name]()


@pytest.mark.parametrize("turn", [np.flipud, np.fliplr, lambda codes: np.roll(codes, 360, axis=1)])
def test_a_turned_map_of_climates_is_caught(copied: Callable[[str], Path], turn: Callable) -> None:
    root = copied("climates")
    with rasterio.open(root / "climates" / "koppen_geiger_0p1.tif", "r+") as image:
        image.write(turn(image.read(1)), 1)
    with pytest.raises(CAUGHT):
        checks(root)["climates"]()


@pytest.mark.parametrize(
    "change", [swapped("latitude", "longitude"), scaled("longitude", -1), scaled("latitude", -1)]
)
def test_soundings_elsewhere_are_caught(
    copied: Callable[[str], Path], change: Callable[[netCDF4.Dataset], None]
) -> None:
    root = copied("soundings")
    for path in (root / "soundings").iterdir():
        edit(path, lambda data: change(data["PRODUCT"]))
    with pytest.raises(CAUGHT):
        checks(root)["soundings"]()
