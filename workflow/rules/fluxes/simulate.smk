"""The simulated archive of tower fluxes: towers, satellites, weather and land cover."""

SIMULATED_YEARS = range(SIMULATION["first_year"], SIMULATION["last_year"] + 1)


rule simulate_towers:
    input:
        sites=f"{TRUTH}/sites.nc",
        library=library("simulate_towers.py"),
    output:
        bundle=f"{SIMULATED_RAW.root}/towers/fluxnet2015.zip",
        sites=f"{SIMULATED_RAW.root}/towers/sites.csv",
        predictors=f"{SIMULATED_RAW.root}/towers/predictors_monthly.csv.gz",
    log:
        f"{RESULTS}/logs/simulate_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_towers.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=1000, runtime=10, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
    message:
        "Simulate what the flux towers measure"
    script:
        "../../scripts/simulate_towers.py"


rule simulate_modis_lai:
    input:
        grid=f"{TRUTH}/grid.nc",
        sites=f"{TRUTH}/sites.nc",
        library=library("simulate_modis_lai.py"),
    output:
        grids=[SIMULATED_RAW.leaf_grid(year) for year in SIMULATED_YEARS],
        sites=[SIMULATED_RAW.leaf_sites(year) for year in SIMULATED_YEARS],
    log:
        f"{RESULTS}/logs/simulate_modis_lai.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_modis_lai.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
        pixels=PIXELS,
    message:
        "Simulate leaf area as MODIS sees it"
    script:
        "../../scripts/simulate_modis_lai.py"


rule simulate_era5_land:
    input:
        geography=GEOGRAPHY,
        library=library("simulate_era5_land.py"),
    output:
        state=[SIMULATED_RAW.weather_state(y, m) for y in SIMULATED_YEARS for m in range(1, 13)],
        totals=sorted(
            {
                path
                for year in SIMULATED_YEARS
                for path in SIMULATED_RAW.weather_of_year(year, "totals")
            }
        ),
    log:
        f"{RESULTS}/logs/simulate_era5_land.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_era5_land.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=60, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
    message:
        "Simulate the weather as ERA5-Land gives it"
    script:
        "../../scripts/simulate_era5_land.py"


rule simulate_land_cover:
    input:
        grid=f"{TRUTH}/grid.nc",
        sites=f"{TRUTH}/sites.nc",
        library=library("simulate_land_cover.py"),
    output:
        esa_cci=[SIMULATED_RAW.esa_cci_grid(year) for year in SIMULATED_YEARS],
        esa_cci_sites=[SIMULATED_RAW.esa_cci_sites(year) for year in SIMULATED_YEARS],
        igbp=[SIMULATED_RAW.igbp_grid(year) for year in SIMULATED_YEARS],
        igbp_sites=[SIMULATED_RAW.igbp_sites(year) for year in SIMULATED_YEARS],
    log:
        f"{RESULTS}/logs/simulate_land_cover.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_land_cover.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
        pixels=PIXELS,
    message:
        "Simulate the land cover of ESA-CCI and MODIS"
    script:
        "../../scripts/simulate_land_cover.py"


rule simulate_koppen:
    input:
        geography=GEOGRAPHY,
        library=library("simulate_koppen.py"),
    output:
        koppen=SIMULATED_RAW.koppen(),
    log:
        f"{RESULTS}/logs/simulate_koppen.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_koppen.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=1000, runtime=10, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
    message:
        "Simulate the map of climates"
    script:
        "../../scripts/simulate_koppen.py"


if SEEN:
    # Apart from RAW, which is the user's folder where the archive is real: --forceall remakes
    # whatever a rule can make.
    SIF_DAYS = SIMULATED_RAW.sif_days(SEEN.sif_months, every_days=SEEN.section["sif"]["every_days"])

    rule simulate_tropomi_sif:
        input:
            grid=f"{TRUTH}/grid.nc",
            library=library("simulate_tropomi_sif.py"),
        output:
            days=SIF_DAYS,
        log:
            f"{RESULTS}/logs/simulate_tropomi_sif.log",
        benchmark:
            f"{RESULTS}/benchmarks/simulate_tropomi_sif.tsv"
        group:
            group_of("simulation")
        conda:
            "../../../envs/science.yaml"
        resources:
            **needs(mem_mb=2000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
        params:
            simulation=SIMULATION,
            every_days=SEEN.section["sif"]["every_days"],
        message:
            "Simulate fluorescence as TROPOMI sees it"
        script:
            "../../scripts/simulate_tropomi_sif.py"
