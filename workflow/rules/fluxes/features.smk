"""From native archives to what models read, at towers and on the grid."""


rule aggregate_era5_land:
    input:
        # Days, or means of eight of them: the key weather_source.
        state=weather("state"),
        totals=weather("totals"),
        steps=weather("steps"),
        # The list, not the towers found: an edit of a FLUXNET file reads no grid again.
        sites=tower_table("sites"),
        library=flux_library("aggregate_era5_land.py"),
    output:
        grid=f"{FLUX}/features/era5_land/grid_{{year}}.nc",
        sites=f"{FLUX}/features/era5_land/sites_{{year}}.nc",
        findings=findings(
            "aggregate_era5_land",
            ["product", "year"],
            [(p, y) for p in GRIDDED for y in FLUXES[p].years],
        ),
    log:
        f"{RESULTS}/logs/aggregate_era5_land-{{product}}-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/aggregate_era5_land-{{product}}-{{year}}.tsv"
    group:
        group_of("years")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=240, size=native(flux_size), group="years"),
    params:
        cell=of_flux("grid", "cell"),
        accept_incomplete=accepted("incomplete", "era5_land", "era5_land_8day"),
        accept_implausible=accepted("implausible", "era5_land", "era5_land_8day"),
    message:
        "Average the weather of {wildcards.year} over 8-day steps, on the grid and at the towers"
    script:
        "../../scripts/aggregate_era5_land.py"


rule encode_land_cover:
    input:
        esa_cci=lambda w: raw("esa_cci_pft", RAW.esa_cci_grid(int(w.year)))[0],
        esa_cci_sites=lambda w: raw("esa_cci_pft", RAW.esa_cci_sites(int(w.year)))[0],
        igbp=lambda w: raw("mcd12q1", RAW.igbp_grid(int(w.year)))[0],
        igbp_sites=lambda w: raw("mcd12q1", RAW.igbp_sites(int(w.year)))[0],
        # The list, not the towers found: an edit of a FLUXNET file reads no grid again.
        sites=tower_table("sites"),
        library=flux_library("encode_land_cover.py"),
    output:
        grid=f"{FLUX}/features/land_cover/grid_{{year}}.nc",
        sites=f"{FLUX}/features/land_cover/sites_{{year}}.nc",
        findings=findings(
            "encode_land_cover",
            ["product", "year"],
            [(p, y) for p in GRIDDED for y in FLUXES[p].cover_years],
        ),
    log:
        f"{RESULTS}/logs/encode_land_cover-{{product}}-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/encode_land_cover-{{product}}-{{year}}.tsv"
    group:
        group_of("years")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=240, size=native(flux_size), group="years"),
    params:
        cell=of_flux("grid", "cell"),
        accept_incomplete=accepted("incomplete", "esa_cci_pft", "mcd12q1"),
    message:
        "Read the plant functional types of {wildcards.year}, on the grid and at the towers"
    script:
        "../../scripts/encode_land_cover.py"


rule build_gridded_site_series:
    input:
        leaves=lambda w: [raw("modis_lai", RAW.leaf_sites(year))[0] for year in flux(w).years],
        weather=lambda w: expand(
            f"{FLUX}/features/era5_land/sites_{{year}}.nc", product=w.product, year=flux(w).years
        ),
        cover=lambda w: expand(
            f"{FLUX}/features/land_cover/sites_{{year}}.nc",
            product=w.product,
            year=flux(w).cover_years,
        ),
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("build_gridded_site_series.py"),
    output:
        series=f"{FLUX}/features/site_series.nc",
        findings=findings("build_gridded_site_series", ["product"], [[name] for name in GRIDDED]),
    log:
        f"{RESULTS}/logs/build_gridded_site_series-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_gridded_site_series-{{product}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=20),
    params:
        features=lambda w: flux(w).gap_rule,
        years=lambda w: flux(w).years,
        cover_years=lambda w: flux(w).cover_years,
        accept_incomplete=accepted("incomplete", "modis_lai"),
        accept_implausible=accepted("implausible", "modis_lai"),
    message:
        "Put the predictors of the towers on one time axis and fill gaps"
    script:
        "../../scripts/build_gridded_site_series.py"


rule build_tile_series:
    input:
        leaves=lambda w: [raw("modis_lai", RAW.leaf_grid(year))[0] for year in flux(w).tile_years],
        weather=lambda w: expand(
            f"{FLUX}/features/era5_land/grid_{{year}}.nc",
            product=w.product,
            year=flux(w).tile_years,
        ),
        library=flux_library("build_tile_series.py"),
    output:
        series=f"{FLUX}/features/tiles/{{tile}}.nc",
        findings=findings(
            "build_tile_series",
            ["product", "tile"],
            [(p, t) for p in GRIDDED for t in FLUXES[p].tiles],
        ),
    log:
        f"{RESULTS}/logs/build_tile_series-{{product}}-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_tile_series-{{product}}-{{tile}}.tsv"
    group:
        group_of("tiles")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=8000, runtime=60, size=flux_tile_size, group="tiles"),
    params:
        features=lambda w: flux(w).gap_rule,
        years=lambda w: flux(w).tile_years,
        cell=of_flux("grid", "cell"),
        tile_cells=of_flux("product", "tile_cells"),
        region=config["region"],
        accept_incomplete=accepted("incomplete", "modis_lai"),
        accept_implausible=accepted("implausible", "modis_lai"),
    message:
        "Put the predictors of tile {wildcards.tile} on one time axis and fill gaps"
    script:
        "../../scripts/build_tile_series.py"


rule classify_cells:
    input:
        koppen=raw("koppen", RAW.koppen())[0],
        cover=lambda w: "{}/land_cover/grid_{}.nc".format(
            FEATURES[w.product], config["figures"]["map_year"]
        ),
        library=flux_library("classify_cells.py"),
    output:
        classes=f"{FLUX}/features/cell_classes.nc",
        findings=findings(
            "classify_cells", ["product"], [[name] for name in GRIDDED if FLUXES[name].maps]
        ),
    log:
        f"{RESULTS}/logs/classify_cells-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/classify_cells-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=20, size=flux_size),
    params:
        cell=of_flux("grid", "cell"),
    message:
        "Give every grid cell its climate and its land-cover class"
    script:
        "../../scripts/classify_cells.py"


rule build_site_series:
    input:
        predictors=tower_table("predictors"),
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("build_site_series.py"),
    output:
        series=f"{FLUX}/features/site_series_monthly.nc",
    log:
        f"{RESULTS}/logs/build_site_series-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_site_series-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        features=lambda w: flux(w).gap_rule,
    message:
        "Put the predictor table of the towers on one time axis"
    script:
        "../../scripts/build_site_series.py"


rule select_samples:
    input:
        months=f"{FLUX}/towers/months.parquet",
        series=site_series,
        library=flux_library("select_samples.py"),
    output:
        samples=f"{FLUX}/features/samples.parquet",
        counts=f"{FLUX}/features/sample_counts.csv",
        findings=findings("select_samples", ["product"], [[name] for name in FLUXES]),
    log:
        f"{RESULTS}/logs/select_samples-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/select_samples-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        step=of_flux("features", "step"),
        incomplete_windows=of_flux("features", "incomplete_windows"),
        windows=lambda w: flux(w).windows,
        train_target=of_flux("quality", "train_target"),
    message:
        "Join the tower months of {wildcards.product} with their predictor windows"
    script:
        "../../scripts/select_samples.py"
