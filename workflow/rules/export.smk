"""Finished maps in the forms that other tools read: asked for by name, no part of `all`."""

from carbonscape import __version__

# First and last month of the maps of each product.
MAPPED_MONTHS = {
    **{
        name: (f"{plan.map_years[0]}-01", f"{plan.map_years[-1]}-12")
        for name, plan in FLUXES.items()
    },
    **({"xco2": (XCO2_SPAN.map_months[0], XCO2_SPAN.map_months[-1])} if "columns" in WINGS else {}),
}
# Yearly files by folder of their map: .../<product>/product/<map>.
EXPORTED = {}
for path in MAPS:
    EXPORTED.setdefault(os.path.dirname(path), []).append(path)


localrules:
    export,


rule export_geotiff:
    input:
        year=f"{RESULTS}/{{exported}}/product/{{map}}/{{exported}}_{{year}}.nc",
        library=library("export_geotiff.py", models=[]),
    output:
        year=f"{RESULTS}/export/geotiff/{{exported}}/{{map}}/{{exported}}_{{year}}.tif",
    log:
        f"{RESULTS}/logs/export_geotiff-{{exported}}-{{map}}-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_geotiff-{{exported}}-{{map}}-{{year}}.tsv"
    wildcard_constraints:
        exported="|".join(MADE),
        year=r"\d{4}",
    conda:
        "../../envs/science.yaml"
    # One month in memory; an ordinary file of the year is written first and then copied.
    resources:
        **needs(mem_mb=2000, runtime=60),
    params:
        product=lambda w: w.exported,
    message:
        "Write {wildcards.exported} of {wildcards.year} as a cloud-optimised GeoTIFF ({wildcards.map})"
    script:
        "../scripts/export_geotiff.py"


rule export_cmip:
    input:
        years=lambda w: EXPORTED[f"{RESULTS}/{w.exported}/product/{w.map}"],
        library=library("export_cmip.py", models=[]),
    output:
        file=f"{RESULTS}/export/cmip/{{exported}}/{{map}}/{{file}}.nc",
    log:
        f"{RESULTS}/logs/export_cmip-{{exported}}-{{map}}-{{file}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_cmip-{{exported}}-{{map}}-{{file}}.tsv"
    wildcard_constraints:
        exported="|".join(MADE),
    conda:
        "../../envs/science.yaml"
    # One month in memory.
    resources:
        **needs(mem_mb=2000, runtime=120),
    params:
        product=lambda w: w.exported,
    message:
        "Write {wildcards.exported} as CMIP has it ({wildcards.map})"
    script:
        "../scripts/export_cmip.py"


rule export_zarr:
    input:
        years=lambda w: EXPORTED[f"{RESULTS}/{w.exported}/product/{w.map}"],
        library=library("export_zarr.py", models=[]),
    output:
        store=f"{RESULTS}/export/zarr/{{exported}}/{{map}}/{{exported}}.zarr.zip",
    log:
        f"{RESULTS}/logs/export_zarr-{{exported}}-{{map}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_zarr-{{exported}}-{{map}}.tsv"
    wildcard_constraints:
        exported="|".join(MADE),
    conda:
        "../../envs/science.yaml"
    # All months of 180 rows of one layer.
    resources:
        **needs(mem_mb=3000, runtime=240),
    message:
        "Write {wildcards.exported} as a Zarr store ({wildcards.map})"
    script:
        "../scripts/export_zarr.py"


rule export:
    """Every finished map as GeoTIFF, Zarr, and as ILAMB and ESMValTool read observations."""
    input:
        [
            f"{RESULTS}/export/zarr/{name}/{os.path.basename(folder)}/{name}.zarr.zip"
            for name in MADE
            for folder in EXPORTED
            if folder.startswith(f"{RESULTS}/{name}/")
        ],
        [
            f"{RESULTS}/export/geotiff/{name}/{os.path.basename(folder)}/{Path(path).stem}.tif"
            for name in MADE
            for folder, paths in EXPORTED.items()
            if folder.startswith(f"{RESULTS}/{name}/")
            for path in paths
        ],
        [
            f"{RESULTS}/export/cmip/{name}/{os.path.basename(folder)}/"
            + get_product(name).exchange.file_name(
                os.path.basename(folder), __version__, *MAPPED_MONTHS[name]
            )
            for name in MADE
            for folder in EXPORTED
            if folder.startswith(f"{RESULTS}/{name}/") and get_product(name).exchange
        ],
    message:
        "Every map is exported"
