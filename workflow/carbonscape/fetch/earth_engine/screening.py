"""Which pixels of an image count, as expressions that Earth Engine computes.

Each function takes an image of a collection and returns one whose bands are named as the variables
of the file, in their units, masked where the pixel does not count (``data-sources`` of the design:
sections 2.1 to 2.10; the user guides of the products). Where a band of quality is masked, so is
the pixel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ee

#: Limits of columns, mol m-2: what lies outside is a failed retrieval.
GAS_LIMITS = {"no2": (-0.0005, 0.02), "co": (0.0, 0.5), "so2": (-0.001, 0.05)}
GAS_BANDS = {
    "no2": "tropospheric_NO2_column_number_density",
    "co": "CO_column_number_density",
    "so2": "SO2_column_number_density",
}

Options = Mapping[str, Any]


def _bits(image: ee.Image, band: str, first: int, last: int) -> ee.Image:
    """Return the number that some bits of a band hold."""
    return image.select(band).rightShift(first).bitwiseAnd(2 ** (last - first + 1) - 1)


def _within(values: ee.Image, low: float, high: float) -> ee.Image:
    """Return where values lie within limits, both included."""
    return values.gte(low).And(values.lte(high))


def leaves(image: ee.Image, options: Options) -> ee.Image:
    """MOD15A2H: raw LAI and FPAR of the main algorithm (SCF_QC <= 1) that are no fill class."""
    lai, fpar = image.select("Lai_500m"), image.select("Fpar_500m")
    good = _bits(image, "FparLai_QC", 5, 7).lte(1).And(lai.lte(100)).And(fpar.lte(100))
    return lai.addBands(fpar).rename(["lai", "fpar"]).updateMask(good)


def classes(image: ee.Image, options: Options) -> ee.Image:
    """MCD12Q1: the IGBP class."""
    code = image.select("LC_Type1")
    return code.rename("igbp").updateMask(_within(code, 1, 17))


def gpp(image: ee.Image, options: Options) -> ee.Image:
    """MOD17A2H: GPP as a daily rate, gC m-2 d-1; the last composite of a year is shorter."""
    raw = image.select("Gpp")
    day = image.date()
    start = ee.Date.fromYMD(day.get("year").add(1), 1, 1)
    days = start.difference(day, "day").min(8)
    good = _bits(image, "Psn_QC", 5, 7).lte(gpp_confidence(options)).And(_within(raw, 0, 3000))
    # 0.0001 kgC m-2 is 0.1 gC m-2.
    rate = raw.multiply(0.1).divide(ee.Image.constant(days))
    return rate.rename("gpp").updateMask(good)


def gpp_confidence(options: Options) -> int:
    """Return the largest class of confidence that counts: 3 (any value), or 1 (good ones)."""
    return int(options.get("gpp_confidence", 3))


def evi(image: ee.Image, options: Options) -> ee.Image:
    """MOD13A2: EVI of good and marginal pixels."""
    raw, quality = image.select("EVI"), image.select("SummaryQA")
    good = quality.eq(0).Or(quality.eq(1)).And(_within(raw, -2000, 10_000))
    return raw.divide(10_000).rename("evi").updateMask(good)


def lst(image: ee.Image, options: Options) -> ee.Image:
    """MOD11A1: surface temperature by day and by night, K, known to 3 K."""
    times = []
    for name in ("Day", "Night"):
        raw, quality = image.select(f"LST_{name}_1km"), f"QC_{name}"
        good = _bits(image, quality, 0, 1).lte(1).And(_bits(image, quality, 6, 7).lte(2))
        kelvin = raw.divide(50).rename(f"lst_{name.lower()}")
        times.append(kelvin.updateMask(good.And(raw.gte(7500))))
    return times[0].addBands(times[1])


def snow(image: ee.Image, options: Options) -> ee.Image:
    """MOD10A1: snow cover (0-1) and index of retrievals that are at least ok."""
    quality = image.select("NDSI_Snow_Cover_Basic_QA").lte(2)
    cover, index = image.select("NDSI_Snow_Cover"), image.select("NDSI")
    seen = cover.divide(100).rename("snow_cover").updateMask(quality.And(_within(cover, 0, 100)))
    raw = index.divide(10_000).rename("ndsi")
    return seen.addBands(raw.updateMask(quality.And(_within(index, -10_000, 10_000))))


def trees(image: ee.Image, options: Options) -> ee.Image:
    """MOD44B: percent of trees; above 100 stand water and fill."""
    raw = image.select("Percent_Tree_Cover")
    return raw.rename("tree_cover").updateMask(raw.lte(100))


def lights(image: ee.Image, options: Options) -> ee.Image:
    """VCMSLCFG: radiance of months with a cloud-free night; below zero is noise."""
    radiance = image.select("avg_rad")
    return radiance.max(0).rename("lights").updateMask(image.select("cf_cvg").gte(1))


def black_marble(image: ee.Image, options: Options) -> ee.Image:
    """VNP46A2: gap-filled radiance; below zero is noise."""
    return image.select("Gap_Filled_DNB_BRDF_Corrected_NTL").max(0).rename("lights")


def weather(image: ee.Image, options: Options) -> ee.Image:
    """ERA5-Land, one day: temperature, vapour pressure deficit, light, rain, evaporation.

    The deficit is that of the daily means (it is not linear). Packing leaves small negative
    totals, which are none; the archive counts evaporation downwards.
    """
    air, dew = image.select("temperature_2m"), image.select("dewpoint_temperature_2m")
    deficit = _saturation(air).subtract(_saturation(dew)).max(0).divide(100)
    light = image.select("surface_solar_radiation_downwards_sum").max(0).divide(86_400)
    rain = image.select("total_precipitation_sum").max(0).multiply(1000)
    evaporation = image.select("total_evaporation_sum").multiply(-1000)
    bands = air.addBands(deficit).addBands(light).addBands(rain).addBands(evaporation)
    return bands.rename(["t2m", "vpd", "ssrd", "tp", "e"])


def monthly_weather(image: ee.Image, options: Options) -> ee.Image:
    """ERA5-Land, one month: pressure, evaporation, wind, rain and temperature.

    Totals are those of the month here, and those of a mean day in what the Climate Data Store
    delivers and this workflow reads.
    """
    day = image.date()
    days = ee.Image.constant(day.advance(1, "month").difference(day, "day"))
    evaporation = image.select("total_evaporation_sum").multiply(-1000).divide(days)
    rain = image.select("total_precipitation_sum").max(0).multiply(1000).divide(days)
    wind = image.select(["v_component_of_wind_10m", "u_component_of_wind_10m"])
    bands = image.select("surface_pressure").addBands(evaporation).addBands(wind).addBands(rain)
    bands = bands.addBands(image.select("temperature_2m"))
    return bands.rename(["sp", "e", "v10", "u10", "tp", "t2m"])


def _saturation(kelvin: ee.Image) -> ee.Image:
    """Return the saturation vapour pressure over water, Pa (Tetens; constants of the ECMWF)."""
    exponent = kelvin.subtract(273.16).multiply(17.502).divide(kelvin.subtract(32.19))
    return exponent.exp().multiply(611.21)


def no2(image: ee.Image, options: Options) -> ee.Image:
    """TROPOMI: tropospheric NO2 of one orbit, mol m-2, clipped to its limits."""
    return _gas(image, "no2")


def co(image: ee.Image, options: Options) -> ee.Image:
    """TROPOMI: CO of one orbit, mol m-2, clipped to its limits."""
    return _gas(image, "co")


def so2(image: ee.Image, options: Options) -> ee.Image:
    """TROPOMI: SO2 of one orbit, mol m-2, clipped to its limits."""
    return _gas(image, "so2")


def _gas(image: ee.Image, name: str) -> ee.Image:
    """Return the column of a gas."""
    return image.select(GAS_BANDS[name]).clamp(*GAS_LIMITS[name]).rename(name)
