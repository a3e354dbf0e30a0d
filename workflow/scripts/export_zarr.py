"""Write all years of a finished map as one Zarr store."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import files_by_map
from carbonscape.evaluation.zarr_export import export_zarr

with job(snakemake.log, "export_zarr"):
    for years in files_by_map(snakemake.input.years).values():
        export_zarr(years, snakemake.output.store)
