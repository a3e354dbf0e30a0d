"""Who delivers data: the archives, their clients and the accounts that they need."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """An archive that delivers data.

    Attributes:
        name: in messages.
        page: address of a data set's page; ``{path}`` stands for its identifier, ``{name}`` for
            the identifier with ``_`` in place of ``/``.
        client: package that downloads from it: earthengine-api, cdsapi, earthaccess, requests;
            empty where a person does.
        account: what a user needs; empty for nothing.
    """

    name: str
    page: str
    client: str = ""
    account: str = ""


#: Licence of what MODIS sees of the land, wherever it is taken from.
LP_DAAC = "no restrictions on use, sale or redistribution (LP DAAC)"

EARTH_ENGINE = Service(
    "Earth Engine",
    "https://developers.google.com/earth-engine/datasets/catalog/{name}",
    "earthengine-api",
    "Google Cloud project with Earth Engine",
)

CLIMATE_DATA_STORE = Service(
    "Copernicus Climate Data Store",
    "https://cds.climate.copernicus.eu/datasets/{path}",
    "cdsapi",
    "key of the Climate Data Store; accept the licence on the page once",
)

ATMOSPHERE_DATA_STORE = Service(
    "Copernicus Atmosphere Data Store",
    "https://ads.atmosphere.copernicus.eu/datasets/{path}",
    "cdsapi",
    "key of the Atmosphere Data Store (the account of the Climate Data Store)",
)

GES_DISC = Service(
    "GES DISC, Earthdata Login",
    "https://data.gesdisc.earthdata.nasa.gov/data",
    "earthaccess",
    "Earthdata Login with the application NASA GESDISC DATA ARCHIVE approved",
)
