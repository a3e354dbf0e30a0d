"""Scores of XCO2, its products beside TCCON and the truth, and the numbers behind every figure."""

XCO2_FIGURE_DATA = f"{XCO2}/figures"
XCO2_PRODUCT_FILES = expand(
    f"{XCO2}/product/{{product}}/xco2_{{year}}.nc", product=XCO2_PRODUCTS, year=XCO2_SPAN.map_years
)
XCO2_SHOWN_FILES = expand(
    f"{XCO2}/product/{{product}}/xco2_{{year}}.nc", product=XCO2_SHOWN, year=XCO2_SPAN.map_years
)
XCO2_SOUNDINGS = expand(f"{XCO2}/soundings/{{instrument}}.nc", instrument=INSTRUMENTS)
CONTINENTS = str(BASE / "resources" / "continents" / "continents.nc")
# What the report shows as tables.
XCO2_TABLES = [
    f"{XCO2}/scores/{name}.csv"
    for name in ("table4_continents", "validation", "tccon", "tccon_sites", "table4_annual")
    + ("totals", "hotspots", "regions", *(("truth", "truth_gap") if SIMULATED else ()))
]


rule check_xco2_product:
    input:
        products=expand(
            f"{XCO2}/product/{{{{model}}}}-{{{{time_input}}}}/xco2_{{year}}.nc",
            year=XCO2_SPAN.map_years,
        ),
        tiles=expand(
            f"{XCO2}/product/{{{{model}}}}-{{{{time_input}}}}/tiles/{{tile}}.nc", tile=XCO2_TILES
        ),
        composites=expand(f"{XCO2}/features/composites/{{year}}.nc", year=XCO2_SPAN.feature_years),
        library=xco2_library("check_xco2_product.py"),
    output:
        checked=touch(f"{XCO2}/product/{{model}}-{{time_input}}/product.checked"),
    log:
        f"{RESULTS}/logs/check_xco2_product-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_xco2_product-{{model}}-{{time_input}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=30, size=XCO2_SIZE),
    params:
        product="xco2",
        months=XCO2_SPAN.map_months,
        strict=not SIMULATED,
        region=config["region"],
    message:
        "Check the finished map of xco2 by {wildcards.model} ({wildcards.time_input})"
    script:
        "../../scripts/check_xco2_product.py"


rule evaluate_xco2_crossval:
    input:
        predictions=xco2_experiments(),
        continents=CONTINENTS,
        library=xco2_library("evaluate_xco2_crossval.py"),
    output:
        scores=f"{XCO2}/scores/crossval.csv",
        table4=f"{XCO2}/scores/table4_continents.csv",
        validation=f"{XCO2}/scores/validation.csv",
        fig05=f"{XCO2_FIGURE_DATA}/xco2_fig05.parquet",
        fig05_scores=f"{XCO2_FIGURE_DATA}/xco2_fig05_scores.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_crossval.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_crossval.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30, size=XCO2_SAMPLES_SIZE),
    params:
        shown=XCO2_FIGURES_SHOWN,
    message:
        "Score every cross-validation of xco2"
    script:
        "../../scripts/evaluate_xco2_crossval.py"


rule evaluate_xco2_tccon:
    input:
        months=f"{XCO2}/tccon/months.csv",
        sites=f"{XCO2}/tccon/sites.csv",
        products=XCO2_PRODUCT_FILES,
        oco=XCO2_SOUNDINGS,
        egg4=xco2_egg4(),
        samples=f"{XCO2}/samples.nc",
        reconstructions=str(BASE / "resources" / "reconstructions_xco2.csv"),
        library=xco2_library("evaluate_xco2_tccon.py"),
    output:
        pairs=f"{XCO2}/scores/tccon_pairs.csv",
        scores=f"{XCO2}/scores/tccon.csv",
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        effective=f"{XCO2}/scores/tccon_effective.csv",
        table5=f"{XCO2}/scores/table5.csv",
        fig06_density=f"{XCO2_FIGURE_DATA}/xco2_fig06.parquet",
        fig06_scores=f"{XCO2_FIGURE_DATA}/xco2_fig06_scores.csv",
        fig08=f"{XCO2_FIGURE_DATA}/xco2_fig08.csv",
        findings=findings("evaluate_xco2_tccon"),
    log:
        f"{RESULTS}/logs/evaluate_xco2_tccon.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_tccon.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=30),
    params:
        product="xco2",
        shown=XCO2_SHOWN,
        max_distance=config["xco2"]["tccon"]["max_distance"],
        cell=XCO2_CELL,
        months=XCO2_SPAN.months,
    message:
        "Compare the maps of xco2 with TCCON"
    script:
        "../../scripts/evaluate_xco2_tccon.py"


rule evaluate_xco2_maps:
    input:
        products=XCO2_SHOWN_FILES,
        oco=XCO2_SOUNDINGS,
        continents=CONTINENTS,
        library=xco2_library("evaluate_xco2_maps.py"),
    output:
        annual=f"{XCO2_FIGURE_DATA}/xco2_annual.nc",
        trend=f"{XCO2_FIGURE_DATA}/xco2_trend.nc",
        anomaly=f"{XCO2_FIGURE_DATA}/xco2_anomaly.nc",
        table4_annual=f"{XCO2}/scores/table4_annual.csv",
        totals=f"{XCO2}/scores/totals.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_maps.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_maps.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=8000, runtime=30, size=XCO2_SIZE),
    params:
        product="xco2",
        anomaly=config["xco2"]["figures"]["anomaly"],
    message:
        "Average the map of xco2 over years, cells and continents"
    script:
        "../../scripts/evaluate_xco2_maps.py"


rule evaluate_xco2_truth:
    input:
        truth=f"{TRUTH}/xco2.nc",
        products=XCO2_PRODUCT_FILES,
        soundings=XCO2_SOUNDINGS,
        predictions=xco2_experiments(),
        continents=CONTINENTS,
        library=xco2_library("evaluate_xco2_truth.py"),
    output:
        scores=f"{XCO2}/scores/truth.csv",
        map=f"{XCO2_FIGURE_DATA}/xco2_truth.nc",
        gap=f"{XCO2}/scores/truth_gap.csv",
        cover=f"{XCO2}/scores/truth_cover.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_truth.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_truth.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=30),
    params:
        product="xco2",
        shown=XCO2_SHOWN,
        tropomi_first_month=COMPOSITE_OPTIONS["tropomi_first_month"],
        steps=XCO2_SPAN.steps,
        window=XCO2_SPAN.window,
    message:
        "Compare the maps of xco2 with the true ones"
    script:
        "../../scripts/evaluate_xco2_truth.py"


rule evaluate_xco2_footprints:
    input:
        granules=xco2_footprints(),
        library=xco2_library("evaluate_xco2_footprints.py"),
    output:
        footprints=f"{XCO2_FIGURE_DATA}/xco2_fig02.parquet",
    log:
        f"{RESULTS}/logs/evaluate_xco2_footprints.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_footprints.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        days=config["xco2"]["figures"]["footprint_days"],
        scale=SOUNDINGS["scale"],
    message:
        "Read the footprints of two days of soundings"
    script:
        "../../scripts/evaluate_xco2_footprints.py"


rule evaluate_xco2_scorecard:
    input:
        reported=[
            str(BASE / "resources" / f"reported_values_xco2{ending}.csv")
            for ending in ("", "_references")
        ],
        scores=f"{XCO2}/scores/crossval.csv",
        tccon=f"{XCO2}/scores/tccon.csv",
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        pairs=f"{XCO2}/scores/tccon_pairs.csv",
        table4_annual=f"{XCO2}/scores/table4_annual.csv",
        totals=f"{XCO2}/scores/totals.csv",
        table5=f"{XCO2}/scores/table5.csv",
        kernels=f"{XCO2}/scores/kernels.csv",
        step=f"{XCO2}/scores/step.csv",
        hotspots=f"{XCO2}/scores/hotspots.csv",
        regions=f"{XCO2}/scores/regions.csv",
        library=xco2_library("evaluate_xco2_scorecard.py"),
    output:
        scorecard=f"{XCO2}/scores/scorecard.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_scorecard.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_scorecard.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        product="xco2",
        shown=XCO2_FIGURES_SHOWN,
        seed=config["seed"],
        partial=PARTIAL,
        simulated=SIMULATED,
    message:
        "Put the numbers of this run beside the reported ones of xco2"
    script:
        "../../scripts/evaluate_xco2_scorecard.py"


AVAILABLE["xco2"] = {"maps", *(["truth"] if SIMULATED else [])}
SHOWN["xco2"] = XCO2_SHOWN
CHECKED["xco2"] = [
    f"{XCO2}/crossval/predictions.checked",
    *expand(f"{XCO2}/product/{{product}}/product.checked", product=XCO2_PRODUCTS),
]
SCORED["xco2"] = {
    "scorecard": f"{XCO2}/scores/scorecard.csv",
    "tables": XCO2_TABLES,
    "runs": xco2_experiments(suffix="run.json"),
}
COUNTED["xco2"] = {
    "granules": expand(f"{XCO2}/soundings/{{instrument}}_granules.csv", instrument=INSTRUMENTS),
    "sample_counts": f"{XCO2}/sample_counts.csv",
    "sites": f"{XCO2}/tccon/sites.csv",
}
