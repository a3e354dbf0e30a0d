"""Places and regions that figures show of the maps of XCO2, and the tables of their numbers."""

from __future__ import annotations

from dataclasses import dataclass

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
