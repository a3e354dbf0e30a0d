"""The simulated archive of XCO2: an atmosphere, and the instruments that see it."""


rule simulate_xco2:
    input:
        grid=f"{TRUTH}/grid.nc",
        geography=GEOGRAPHY,
        library=xco2_library("simulate_xco2.py"),
    output:
        truth=f"{TRUTH}/xco2.nc",
    log:
        f"{RESULTS}/logs/simulate_xco2.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_xco2.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
    message:
        "Simulate the CO2 of the atmosphere: growth, fluxes, emissions and transport"
    script:
        "../../scripts/simulate_xco2.py"


rule simulate_oco:
    input:
        grid=f"{TRUTH}/grid.nc",
        geography=GEOGRAPHY,
        library=xco2_library("simulate_oco.py"),
    output:
        oco2=XCO2_GRANULES["oco2"],
        oco3=XCO2_GRANULES["oco3"],
    log:
        f"{RESULTS}/logs/simulate_oco.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_oco.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=60, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
        soundings=config["simulation"]["oco_soundings"],
    message:
        "Simulate the soundings of OCO-2 and OCO-3"
    script:
        "../../scripts/simulate_oco.py"


rule simulate_tccon:
    input:
        grid=f"{TRUTH}/grid.nc",
        geography=GEOGRAPHY,
        library=xco2_library("simulate_tccon.py"),
    output:
        files=XCO2_TCCON,
    log:
        f"{RESULTS}/logs/simulate_tccon.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_tccon.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
    message:
        "Simulate the spectra of TCCON sites"
    script:
        "../../scripts/simulate_tccon.py"


rule simulate_egg4:
    input:
        truth=f"{TRUTH}/xco2.nc",
        library=xco2_library("simulate_egg4.py"),
    output:
        files=SIMULATED_RAW.paths("egg4", "year", XCO2_PERIODS["egg4"]),
    log:
        f"{RESULTS}/logs/simulate_egg4.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_egg4.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
    message:
        "Simulate the reanalysis CAMS-EGG4"
    script:
        "../../scripts/simulate_egg4.py"


rule simulate_xco2_predictors:
    input:
        grid=f"{TRUTH}/grid.nc",
        geography=GEOGRAPHY,
        library=xco2_library("simulate_xco2_predictors.py"),
    output:
        **{
            name: SIMULATED_RAW.paths(source, "xco2_grid", XCO2_SPAN.feature_months)
            for name, source in XCO2_YEARLY.items()
        },
        gases=xco2_gas_files(SIMULATED_RAW, XCO2_SPAN.feature_years, XCO2_GASES_BEGIN),
    log:
        f"{RESULTS}/logs/simulate_xco2_predictors.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_xco2_predictors.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=60, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
        years=XCO2_SPAN.feature_years,
        # TROPOMI begins within a month: the first complete one is the next.
        gases_first=XCO2_GASES_BEGIN,
        gpp_confidence=COMPOSITE_OPTIONS["gpp_confidence"],
        pixels=PIXELS,
    message:
        "Simulate the satellite predictors of XCO2"
    script:
        "../../scripts/simulate_xco2_predictors.py"


rule simulate_era5_land_monthly:
    input:
        geography=GEOGRAPHY,
        library=xco2_library("simulate_era5_land_monthly.py"),
    output:
        files=SIMULATED_RAW.paths("era5_land_monthly", "year", XCO2_SPAN.feature_months),
    log:
        f"{RESULTS}/logs/simulate_era5_land_monthly.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_era5_land_monthly.tsv"
    group:
        group_of("simulation")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=60, size=SIMULATED_SIZE, group="simulation"),
    params:
        **XCO2_SIMULATED,
        simulation=SIMULATION,
        years=XCO2_SPAN.feature_years,
    message:
        "Simulate the monthly weather of ERA5-Land"
    script:
        "../../scripts/simulate_era5_land_monthly.py"
