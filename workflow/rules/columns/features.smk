"""From native archives to what the models of XCO2 read, on the grid."""

# Where soundings are used, and with them predictors needed: the globe, unless the configuration
# restricts them to the region of the maps.
XCO2_SAMPLED = config["region"] if config["xco2"]["samples"]["area"] == "region" else None
XCO2_SAMPLED_TILES = tile_names(XCO2_CELL, XCO2_PRODUCT["tile_cells"], XCO2_SAMPLED)


rule composite_xco2:
    input:
        **{name: xco2_yearly(name) for name in XCO2_YEARLY},
        gases=lambda wildcards: xco2_gases(int(wildcards.year)),
        weather=lambda wildcards: raw(
            XCO2_WEATHER, RAW.path(XCO2_WEATHER, "year", wildcards.year)
        )[0],
        library=xco2_library("composite_xco2.py"),
    output:
        composites=f"{XCO2}/features/composites/{{year}}.nc",
        findings=findings("composite_xco2", ["year"], [[year] for year in XCO2_SPAN.feature_years]),
    log:
        f"{RESULTS}/logs/composite_xco2-{{year}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/composite_xco2-{{year}}.tsv"
    group:
        group_of("years")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=6000, runtime=240, size=XCO2_SIZE, group="years"),
    params:
        year=lambda wildcards: int(wildcards.year),
        months=lambda wildcards: [m for m in XCO2_SPAN.feature_months if m[:4] == wildcards.year],
        cell=XCO2_CELL,
        options=COMPOSITE_OPTIONS,
        accept_incomplete=accepted("incomplete", *XCO2_SOURCES),
        accept_implausible=accepted("implausible", *XCO2_SOURCES),
    message:
        "Composite the predictors of XCO2 of {wildcards.year} over months"
    script:
        "../../scripts/composite_xco2.py"


rule build_xco2_tile:
    input:
        composites=expand(f"{XCO2}/features/composites/{{year}}.nc", year=XCO2_SPAN.feature_years),
        library=xco2_library("build_xco2_tile.py"),
    output:
        series=f"{XCO2}/features/tiles/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/build_xco2_tile-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_xco2_tile-{{tile}}.tsv"
    group:
        group_of("tiles")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=8000, runtime=120, size=XCO2_TILE_SIZE, group="tiles"),
    params:
        cell=XCO2_CELL,
        tile_cells=XCO2_PRODUCT["tile_cells"],
        region=XCO2_SAMPLED,
        months=XCO2_SPAN.feature_months,
        options=FILL_OPTIONS,
    message:
        "Fill gaps in the predictors of XCO2 of tile {wildcards.tile}"
    script:
        "../../scripts/build_xco2_tile.py"


rule sample_xco2:
    input:
        tiles=expand(f"{XCO2}/features/tiles/{{tile}}.nc", tile=XCO2_SAMPLED_TILES),
        soundings=expand(f"{XCO2}/soundings/{{instrument}}.nc", instrument=INSTRUMENTS),
        library=xco2_library("sample_xco2.py"),
    output:
        samples=f"{XCO2}/samples.nc",
        counts=f"{XCO2}/sample_counts.csv",
    log:
        f"{RESULTS}/logs/sample_xco2.log",
    benchmark:
        f"{RESULTS}/benchmarks/sample_xco2.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=16000, runtime=120, size=XCO2_SIZE),
    params:
        cell=XCO2_CELL,
        steps=XCO2_SPAN.steps,
        window=XCO2_SPAN.window,
        instruments={
            name: {key: SOUNDINGS[name][key] for key in ("first_month", "last_month")}
            for name in INSTRUMENTS
        },
        min_count=SOUNDINGS["min_count"],
        max_samples=config["xco2"]["samples"]["max_samples"],
        seed=config["seed"],
        temporal_blocks=XCO2_CROSSVAL["temporal_blocks"],
    message:
        "Join soundings with their predictors: the samples of XCO2"
    script:
        "../../scripts/sample_xco2.py"
