"""The standard deviation of the map of XCO2 that figures show: where, when, and what it covers."""

XCO2_HAS_SPREAD = xco2_spreads.has_spread(config["xco2"], **XCO2_FIGURES_SHOWN)


rule evaluate_xco2_spread:
    input:
        products=XCO2_SHOWN_FILES,
        predictions=f"{XCO2}/crossval/{XCO2_SPREAD['scheme']}/{XCO2_SHOWN}.parquet",
        members=f"{XCO2}/crossval/{XCO2_SPREAD['scheme']}/{XCO2_SHOWN}.members.parquet",
        spread=f"{XCO2}/models/{XCO2_SHOWN}.spread.json",
        library=xco2_library("evaluate_xco2_spread.py"),
    output:
        maps=f"{XCO2_FIGURE_DATA}/xco2_spread.nc",
        months=f"{XCO2_FIGURE_DATA}/xco2_spread_months.csv",
        bins=f"{XCO2_FIGURE_DATA}/xco2_spread_bins.csv",
        groups=f"{XCO2}/scores/spread_groups.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_spread.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_spread.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=6000, runtime=60, size=XCO2_SIZE),
    params:
        product="xco2",
        block_km=XCO2_CROSSVAL["block_km"],
    message:
        "Compare the standard deviation of the map of xco2 with held-out errors"
    script:
        "../../scripts/evaluate_xco2_spread.py"


if XCO2_HAS_SPREAD:
    AVAILABLE["xco2"] |= {"spread"}
    SCORED["xco2"]["tables"] += [
        f"{XCO2}/scores/{name}.csv"
        for name in ("spread_groups", *(["truth_cover"] if SIMULATED else []))
    ]
