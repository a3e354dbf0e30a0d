"""From native archives to what models read, at towers and on the grid."""

GAP_RULE = {
    key: FEATURES[key]
    for key in ("step", "variables", "max_gap_steps", "gap_climatology", "gap_lowest")
}
FEATURE_FILES = f"{GPP}/features"


rule aggregate_era5_land:
    input:
        state=lambda wildcards: raw("era5_land", *RAW.weather_of_year(int(wildcards.year))[0]),
        totals=lambda wildcards: raw("era5_land", *RAW.weather_of_year(int(wildcards.year))[1]),
        # The list, not the towers found: an edit of a FLUXNET file reads no grid again.
        sites=tower_table("sites"),
        library=library("aggregate_era5_land.py"),
    output:
        grid=f"{FEATURE_FILES}/era5_land/grid_{{year}}.nc",
        sites=f"{FEATURE_FILES}/era5_land/sites_{{year}}.nc",
    log:
        f"{RESULTS}/logs/aggregate_era5_land-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/aggregate_era5_land-{{year}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=6000,
        runtime=240,
    params:
        cell=CELL,
    script:
        "../../scripts/aggregate_era5_land.py"


rule encode_land_cover:
    input:
        esa_cci=lambda wildcards: raw("esa_cci_pft", RAW.esa_cci_grid(int(wildcards.year)))[0],
        esa_cci_sites=lambda wildcards: raw("esa_cci_pft", RAW.esa_cci_sites(int(wildcards.year)))[
            0
        ],
        igbp=lambda wildcards: raw("mcd12q1", RAW.igbp_grid(int(wildcards.year)))[0],
        igbp_sites=lambda wildcards: raw("mcd12q1", RAW.igbp_sites(int(wildcards.year)))[0],
        # The list, not the towers found: an edit of a FLUXNET file reads no grid again.
        sites=tower_table("sites"),
        library=library("encode_land_cover.py"),
    output:
        grid=f"{FEATURE_FILES}/land_cover/grid_{{year}}.nc",
        sites=f"{FEATURE_FILES}/land_cover/sites_{{year}}.nc",
    log:
        f"{RESULTS}/logs/encode_land_cover-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/encode_land_cover-{{year}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        cell=CELL,
    script:
        "../../scripts/encode_land_cover.py"


rule build_gridded_site_series:
    input:
        leaves=[raw("modis_lai", RAW.leaf_sites(year))[0] for year in YEARS],
        weather=expand(f"{FEATURE_FILES}/era5_land/sites_{{year}}.nc", year=YEARS),
        cover=expand(f"{FEATURE_FILES}/land_cover/sites_{{year}}.nc", year=COVER_YEARS),
        sites=f"{GPP}/towers/sites.csv",
        library=library("build_gridded_site_series.py"),
    output:
        series=f"{FEATURE_FILES}/site_series.nc",
    log:
        f"{RESULTS}/logs/build_gridded_site_series.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_gridded_site_series.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        features=GAP_RULE,
        years=YEARS,
        cover_years=COVER_YEARS,
    script:
        "../../scripts/build_gridded_site_series.py"


rule build_tile_series:
    input:
        leaves=[raw("modis_lai", RAW.leaf_grid(year))[0] for year in YEARS],
        weather=expand(f"{FEATURE_FILES}/era5_land/grid_{{year}}.nc", year=YEARS),
        library=library("build_tile_series.py"),
    output:
        series=f"{FEATURE_FILES}/tiles/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/build_tile_series-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_tile_series-{{tile}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        features=GAP_RULE,
        years=YEARS,
        cell=CELL,
        tile_cells=PRODUCT["tile_cells"],
    script:
        "../../scripts/build_tile_series.py"


rule classify_cells:
    input:
        koppen=raw("koppen", RAW.koppen())[0],
        cover=f"{FEATURE_FILES}/land_cover/grid_{config['figures']['map_year']}.nc",
        library=library("classify_cells.py"),
    output:
        classes=f"{FEATURE_FILES}/cell_classes.nc",
    log:
        f"{RESULTS}/logs/classify_cells.log",
    benchmark:
        f"{RESULTS}/benchmarks/classify_cells.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        cell=CELL,
    script:
        "../../scripts/classify_cells.py"


rule build_site_series:
    input:
        predictors=tower_table("predictors"),
        sites=f"{GPP}/towers/sites.csv",
        library=library("build_site_series.py"),
    output:
        series=f"{FEATURE_FILES}/site_series_monthly.nc",
    log:
        f"{RESULTS}/logs/build_site_series.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_site_series.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        features=GAP_RULE,
    script:
        "../../scripts/build_site_series.py"


rule select_samples:
    input:
        months=f"{GPP}/towers/months.parquet",
        series=SITE_SERIES,
        library=library("select_samples.py"),
    output:
        samples=f"{FEATURE_FILES}/samples.parquet",
        counts=f"{FEATURE_FILES}/sample_counts.csv",
    log:
        f"{RESULTS}/logs/select_samples.log",
    benchmark:
        f"{RESULTS}/benchmarks/select_samples.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        step=FEATURES["step"],
        incomplete_windows=FEATURES["incomplete_windows"],
        windows=CROSSVAL["windows"],
    script:
        "../../scripts/select_samples.py"
