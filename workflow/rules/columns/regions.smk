"""Parts of the maps of XCO2: six places of high concentration, and regions beside other products."""

XCO2_HOTSPOTS = {
    "year": config["xco2"]["figures"]["hotspot_year"],
    "degrees": config["xco2"]["figures"]["hotspot_degrees"],
}


rule evaluate_xco2_hotspots:
    input:
        **(
            {"composites": f"{XCO2}/features/composites/{XCO2_HOTSPOTS['year']}.nc"}
            if XCO2_HOTSPOTS["year"] in XCO2_SPAN.feature_years
            else {}
        ),
        annual=f"{XCO2_FIGURE_DATA}/xco2_annual.nc",
        anomaly=f"{XCO2_FIGURE_DATA}/xco2_anomaly.nc",
        library=xco2_library("evaluate_xco2_hotspots.py"),
    output:
        maps=f"{XCO2_FIGURE_DATA}/xco2_fig13.nc",
        table=f"{XCO2}/scores/hotspots.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_hotspots.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_hotspots.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=XCO2_SIZE),
    params:
        shown=XCO2_HOTSPOTS,
    message:
        "Cut six places of high concentration out of the map of xco2"
    script:
        "../../scripts/evaluate_xco2_hotspots.py"
