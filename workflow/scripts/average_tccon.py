"""Average the spectra of each TCCON site over months."""

from carbonscape.archives.tccon import read_tccon
from carbonscape.columns.quality.tccon import (
    average_tccon,
    check_positions,
    choose_spectra,
    read_site_table,
)
from carbonscape.columns.tables import TCCON_MONTHS, TCCON_SITES
from carbonscape.core.jobs import job
from carbonscape.core.months import months_between
from carbonscape.core.tables import write_table
from carbonscape.sources.folders import state_others
from carbonscape.sources.listing import expand_listings
from carbonscape.sources.registry import get_source

with job(snakemake.log, "average_tccon", findings=snakemake.output.findings):
    params = snakemake.params
    table = read_site_table(snakemake.input.table)
    given = expand_listings(snakemake.input.files)
    state_others(
        params.folder,
        given,
        named=get_source("tccon").files["sites"].names,
        example="pa20040602_20221129.public.qc.nc",
        source="tccon",
    )
    spectra = choose_spectra([read_tccon(path, scale=params.scale) for path in given])
    check_positions(spectra, table)
    months, sites = average_tccon(
        spectra,
        months=months_between(params.first_month, params.last_month),
        names=table,
        min_spectra=params.min_spectra,
        min_days=params.min_days,
    )
    write_table(months, snakemake.output.months, TCCON_MONTHS)
    write_table(sites, snakemake.output.sites, TCCON_SITES)
