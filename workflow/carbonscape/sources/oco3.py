"""Columns of carbon dioxide seen by OCO-3."""

from __future__ import annotations

from carbonscape.sources.requests import Granules
from carbonscape.sources.services import GES_DISC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="OCO3_L2_Lite_FP soundings",
    use="target of XCO2",
    service=GES_DISC,
    dataset="OCO3_L2_Lite_FP",
    # In the order in which they are tried; the configuration has its own list.
    versions=("10.4r", "11r"),
    files={
        kind: Files(
            # The name of a simulated granule; those of the archive tell build and time.
            "oco3/oco3_LtCO2_%y%m%d_B10400Br_%y%m%d120000s.nc4",
            f"columns.{period}",
            "oco_lite",
            "simulate_oco",
            found=r"oco3_LtCO2_%y%m%d_B\w+_\d+s\.nc4",
            # Browsers, OPeNDAP and the subsetter of GES DISC add to the names.
            accepted=r"oco3_LtCO2_%y%m%d_B\w+_\d{12}s.*\.(nc4?|h5|hdf5?)",
            # Orbits cross midnight.
            beside=kind == "granules",
            listing="oco3/listing_%Y-%m.json",
            request=Granules("OCO3_L2_Lite_FP"),
            megabytes=55 * 30.4,
        )
        for kind, period in (("granules", "oco3"), ("shown", "oco3_shown"))
    },
    variables=("xco2", "xco2_quality_flag", "latitude", "longitude", "time"),
    units="ppm",
    first="2019-08-06",
    size="30 to 75 MB a day",
)
