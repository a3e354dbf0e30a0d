"""Columns of carbon dioxide seen by OCO-2."""

from __future__ import annotations

from carbonscape.sources.requests import Granules
from carbonscape.sources.services import GES_DISC
from carbonscape.sources.source import Files, Source

SOURCE = Source(
    title="OCO2_L2_Lite_FP soundings",
    use="target of XCO2",
    service=GES_DISC,
    dataset="OCO2_L2_Lite_FP",
    # In the order in which they are tried; the configuration has its own list.
    versions=("11r", "11.1r", "11.2r"),
    files={
        kind: Files(
            # The name of a simulated granule; those of the archive tell build and time.
            "oco2/oco2_LtCO2_%y%m%d_B11014Ar_%y%m%d120000s.nc4",
            f"columns.{period}",
            "oco_lite",
            "simulate_oco",
            found=r"oco2_LtCO2_%y%m%d_B\w+_\d+s\.nc4",
            # Browsers, OPeNDAP and the subsetter of GES DISC add to the names.
            accepted=r"oco2_LtCO2_%y%m%d_B\w+_\d{12}s.*\.(nc4?|h5|hdf5?)",
            # Orbits cross midnight.
            beside=kind == "granules",
            listing="oco2/listing_%Y-%m.json",
            request=Granules("OCO2_L2_Lite_FP"),
            megabytes=55 * 30.4,
        )
        for kind, period in (("granules", "oco2"), ("shown", "oco2_shown"))
    },
    variables=("xco2", "xco2_quality_flag", "latitude", "longitude", "time"),
    units="ppm",
    first="2014-09",
    size="30 to 75 MB a day",
)
