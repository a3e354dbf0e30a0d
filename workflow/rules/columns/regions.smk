"""Parts of the maps of XCO2: six places of high concentration, and regions beside other products."""

from carbonscape.columns.others import files_of_others

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


# Fig. 14: the month, and which files hold it.
COMPARED_MONTH = config["xco2"]["figures"]["compared_month"]
COMPARED_ASKED = config["xco2"]["evaluation"]["others"]
# A simulated archive has none of the products of others but the reanalysis.
COMPARED_OTHERS = {} if SIMULATED else files_of_others(RAW, XCO2_PERIODS, COMPARED_ASKED)
COMPARED_OTHERS = {name: raw(name, *paths) for name, paths in COMPARED_OTHERS.items()}
COMPARED_ABSENT = [name for name in COMPARED_ASKED if name not in COMPARED_OTHERS]
if config["xco2"]["evaluation"]["egg4"] and COMPARED_MONTH in XCO2_PERIODS["egg4"]:
    COMPARED_OTHERS["egg4"] = raw("egg4", RAW.path("egg4", "year", COMPARED_MONTH[:4]))
COMPARED_MAPS = {}
if COMPARED_MONTH in XCO2_SPAN.map_months:
    COMPARED_MAPS["product"] = f"{XCO2}/product/{XCO2_SHOWN}/xco2_{COMPARED_MONTH[:4]}.nc"
COMPARED_SOUNDINGS = [name for name in INSTRUMENTS if COMPARED_MONTH in XCO2_PERIODS[name]]


rule evaluate_xco2_regions:
    input:
        **{name: f"{XCO2}/soundings/{name}.nc" for name in COMPARED_SOUNDINGS},
        **COMPARED_OTHERS,
        **COMPARED_MAPS,
        library=xco2_library("evaluate_xco2_regions.py"),
    output:
        maps=f"{XCO2_FIGURE_DATA}/xco2_fig14.nc",
        table=f"{XCO2}/scores/regions.csv",
        findings=findings("evaluate_xco2_regions"),
    log:
        f"{RESULTS}/logs/evaluate_xco2_regions.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_regions.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=60),
    params:
        month=COMPARED_MONTH,
        soundings=COMPARED_SOUNDINGS,
        others=list(COMPARED_OTHERS),
        absent=COMPARED_ABSENT,
    message:
        "Cut four regions out of the map of xco2 and of other products"
    script:
        "../../scripts/evaluate_xco2_regions.py"
