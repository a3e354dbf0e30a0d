"""The tables that readers of towers hand out."""

from __future__ import annotations

from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import Column, TableSchema

SITE = Column("site", "text", "FLUXNET site identifier, e.g. US-Ha1")
YEAR = Column("year", "integer", "calendar year")
MONTH = Column("month", "integer", "calendar month, 1 to 12")
FLUX = "gC m-2 d-1"

TOWER_SITES = TableSchema(
    "tower sites",
    (
        SITE,
        Column("lat", "number", "latitude, north positive", "degrees_north"),
        Column("lon", "number", "longitude, east positive, -180 to 180", "degrees_east"),
        Column("igbp", "text", "IGBP class of the tower, three-letter code"),
        Column("koppen", "text", "Koppen-Geiger class, e.g. Dfb"),
        Column("climate", "text", "main Koppen-Geiger class: " + ", ".join(CLIMATES)),
    ),
    key=("site",),
)


TOWER_ARCHIVE = TableSchema(
    "tower archive",
    (
        SITE,
        YEAR,
        MONTH,
        Column("gpp_nt", "number", "GPP_NT_VUT_REF, night-time partitioning", FLUX, missing=True),
        Column("gpp_dt", "number", "GPP_DT_VUT_REF, day-time partitioning", FLUX, missing=True),
        Column("reco_nt", "number", "RECO_NT_VUT_REF", FLUX, missing=True),
        Column("nee", "number", "NEE_VUT_REF, positive to the atmosphere", FLUX, missing=True),
        Column(
            "qc",
            "number",
            "NEE_VUT_REF_QC: fraction of measured or good-quality gap-filled data",
            "1",
            missing=True,
        ),
        Column("file", "text", "name of the file (or zip member) the month was read from"),
    ),
    key=("site", "year", "month"),
)
