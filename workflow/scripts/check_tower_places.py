"""Warn of towers that do not stand where their country and their climate are."""

from carbonscape.archives.site_places import check_places
from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table

with job(snakemake.log, "check_tower_places", findings=snakemake.output.findings):
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    countries, land, koppen = snakemake.input.geography
    check_places(sites, countries=countries, land=land, koppen=koppen)
