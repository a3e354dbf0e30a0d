"""Places and regions that figures show of the maps of XCO2, and the tables of their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from carbonscape.columns.evaluation.boxes import Box
from carbonscape.core.tables import Column, TableSchema


@dataclass(frozen=True)
class Hotspot:
    """A place that the paper shows.

    Attributes:
        name: in tables.
        label: in figures.
        lat, lon: where it is, degrees north and east.
    """

    name: str
    label: str
    lat: float
    lon: float


#: The places of figure 13, (a) to (f), by the paper's words; coordinates are of this project.
HOTSPOTS = (
    Hotspot("shippingport", "Shippingport, Pennsylvania", 40.62, -80.43),
    Hotspot("new_york", "Kennedy Airport, New York", 40.64, -73.78),
    Hotspot("colombia", "Amazonia, Colombia", 2.3, -73.5),
    Hotspot("jiangsu", "Farmland, NW Jiangsu", 34.3, 117.9),
    Hotspot("shanghai", "Shanghai Station", 31.25, 121.46),
    Hotspot("kawasaki", "Refinery, Kawasaki", 35.51, 139.74),
)

XCO2_HOTSPOTS = TableSchema(
    "hotspots of XCO2",
    (
        Column("place", "text", "the place"),
        Column("year", "integer", "calendar year", "1"),
        Column("lat", "number", "latitude", "degrees_north"),
        Column("lon", "number", "longitude", "degrees_east"),
        Column("xco2", "number", "annual mean of its cell, else of those beside it", "ppm", True),
        Column(
            "anomaly", "number", "the same minus the median over land of figure 12", "ppm", True
        ),
        Column("above_surroundings", "number", "xco2 minus the median of the window", "ppm", True),
        Column("rank", "number", "share of land cells north of 60 S that are lower", "%", True),
    ),
    key=("place",),
)


@dataclass(frozen=True)
class Region:
    """A part of the Earth that is shown, or a part of one whose mean is compared with the rest.

    Attributes:
        name: in tables.
        label: in figures.
        box: its edges.
        within: name of the region that it is a part of; empty for a region that is shown.
    """

    name: str
    label: str
    box: Box
    within: str = ""


#: The regions of figure 14; the paper names them, their edges are of this project.
REGIONS = (
    Region("north_america", "North America", Box(10, 75, -170, -50)),
    Region("europe_north_africa", "Europe, northern Africa", Box(15, 72, -20, 60)),
    Region("asia", "Asia", Box(0, 60, 60, 150)),
    Region("oceania", "Oceania", Box(-50, 2, 110, 180)),
)

#: Forests that the paper says are low in its map.
PARTS = (
    Region("eastern_canada", "eastern Canada", Box(45, 60, -80, -55), "north_america"),
    Region("papua_new_guinea", "Papua New Guinea", Box(-11, -1, 141, 156), "oceania"),
)

XCO2_REGIONS = TableSchema(
    "XCO2 by region",
    (
        Column("region", "text", "region of figure 14, or a part of one"),
        Column("month", "text", "the month, YYYY-MM"),
        Column("source", "text", "the product, soundings, or a product of others"),
        Column("share", "number", "share of the product's pixels that have a value", "%", True),
        Column("mean", "number", "mean over the pixels that the product has too", "ppm", True),
        Column("difference", "number", "the same minus that of the product", "ppm", True),
        Column(
            "detail", "number", "root mean square departure from means of 2 degrees", "ppm", True
        ),
        Column(
            "contrast", "number", "of a part: its mean minus the rest of the region", "ppm", True
        ),
    ),
    key=("region", "source"),
)

#: Places of the paper's words on anomalies (section 3.3); their edges are of this project (D39).
ANOMALY_PLACES = (
    Region("east_asia", "East Asia", Box(20, 45, 100, 145)),
    Region("eastern_china", "eastern China", Box(22, 41, 108, 123)),
    Region("middle_east", "Middle East", Box(15, 38, 34, 60)),
    Region("north_africa", "North Africa", Box(15, 37, -17, 34)),
    Region("southern_north_america", "southern North America", Box(20, 37, -118, -78)),
    Region("tibet", "Tibet", Box(28, 37, 78, 102)),
    Region("eastern_canada", "eastern Canada", Box(45, 60, -80, -55)),
    Region("southern_russia", "southern Russia", Box(50, 56, 40, 120)),
    Region("amazonia", "Amazonia", Box(-15, 5, -75, -50)),
    Region("europe", "Europe", Box(36, 70, -10, 40)),
    Region("south_asia", "South Asia", Box(5, 30, 68, 92)),
)
