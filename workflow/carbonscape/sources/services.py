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

#: Base addresses of the services that are asked without a client of their own; the
#: configuration's ``fetch.hosts`` may name another, such as a mirror.
HOSTS = {
    "ceda": "https://dap.ceda.ac.uk",
    "figshare": "https://api.figshare.com",
    "zenodo": "https://zenodo.org",
    "dataverse": "https://dataverse.harvard.edu",
    "caltech": "https://data.caltech.edu",
    "s5p_pal": "https://data-portal.s5p-pal.com/api/s5p-l2",
}

#: Services whose requests are limited together, by client: names of resources of Snakemake.
LIMITS = {
    "earthengine-api": "earth_engine",
    "cdsapi": "cds",
    "earthaccess": "earthdata",
    "requests": "https",
}

FIGSHARE = Service("figshare", "https://figshare.com/articles/dataset/_/{path}", "requests")
ZENODO = Service("Zenodo", "https://zenodo.org/records/{path}", "requests")
DATAVERSE = Service(
    "Harvard Dataverse",
    "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:{path}",
    "requests",
)
