"""Scores of XCO2, its products beside TCCON and the truth, and the numbers behind every figure."""

XCO2_FIGURE_DATA = f"{XCO2}/figures"
XCO2_PRODUCT_FILES = expand(
    f"{XCO2}/product/{{product}}/xco2_{{year}}.nc", product=XCO2_PRODUCTS, year=XCO2_SPAN.years
)
XCO2_SHOWN_FILES = expand(
    f"{XCO2}/product/{{product}}/xco2_{{year}}.nc", product=XCO2_SHOWN, year=XCO2_SPAN.years
)
XCO2_SOUNDINGS = expand(f"{XCO2}/soundings/{{instrument}}.nc", instrument=INSTRUMENTS)
CONTINENTS = str(BASE / "resources" / "continents" / "continents.nc")


rule check_xco2_product:
    input:
        products=lambda wildcards: expand(
            f"{XCO2}/product/{{product}}/xco2_{{year}}.nc",
            product=wildcards.product,
            year=XCO2_SPAN.years,
        ),
        tiles=lambda wildcards: expand(
            f"{XCO2}/product/{wildcards.product}/tiles/{{tile}}.nc", tile=XCO2_TILES
        ),
        composites=expand(f"{XCO2}/features/composites/{{year}}.nc", year=XCO2_SPAN.feature_years),
        library=library("check_xco2_product.py"),
    output:
        checked=touch(f"{XCO2}/product/{{product}}/product.checked"),
    log:
        f"{RESULTS}/logs/check_xco2_product-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_xco2_product-{{product}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        product="xco2",
        months=XCO2_SPAN.months,
        strict=not SIMULATED,
    script:
        "../../scripts/check_xco2_product.py"


rule evaluate_xco2_crossval:
    input:
        predictions=xco2_experiments(),
        continents=CONTINENTS,
        library=library("evaluate_xco2_crossval.py"),
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
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        shown=XCO2_FIGURES_SHOWN,
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
        library=library("evaluate_xco2_tccon.py"),
    output:
        pairs=f"{XCO2}/scores/tccon_pairs.csv",
        scores=f"{XCO2}/scores/tccon.csv",
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        fig06_density=f"{XCO2_FIGURE_DATA}/xco2_fig06.parquet",
        fig06_scores=f"{XCO2_FIGURE_DATA}/xco2_fig06_scores.csv",
        fig08=f"{XCO2_FIGURE_DATA}/xco2_fig08.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_tccon.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_tccon.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        product="xco2",
        shown=XCO2_SHOWN,
        max_distance=config["xco2"]["tccon"]["max_distance"],
        cell=XCO2_CELL,
        months=XCO2_SPAN.months,
    script:
        "../../scripts/evaluate_xco2_tccon.py"


rule evaluate_xco2_maps:
    input:
        products=XCO2_SHOWN_FILES,
        oco=XCO2_SOUNDINGS,
        continents=CONTINENTS,
        library=library("evaluate_xco2_maps.py"),
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
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        product="xco2",
    script:
        "../../scripts/evaluate_xco2_maps.py"


rule evaluate_xco2_truth:
    input:
        truth=f"{TRUTH}/xco2.nc",
        products=XCO2_PRODUCT_FILES,
        predictions=xco2_experiments(),
        continents=CONTINENTS,
        library=library("evaluate_xco2_truth.py"),
    output:
        scores=f"{XCO2}/scores/truth.csv",
        map=f"{XCO2_FIGURE_DATA}/xco2_truth.nc",
        gap=f"{XCO2}/scores/truth_gap.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_truth.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_truth.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        product="xco2",
        shown=XCO2_SHOWN,
        tropomi_first_month=COMPOSITE_OPTIONS["tropomi_first_month"],
        steps=XCO2_SPAN.steps,
        window=XCO2_SPAN.window,
    script:
        "../../scripts/evaluate_xco2_truth.py"


rule evaluate_xco2_footprints:
    input:
        granules=xco2_footprints(),
        library=library("evaluate_xco2_footprints.py"),
    output:
        footprints=f"{XCO2_FIGURE_DATA}/xco2_fig02.parquet",
    log:
        f"{RESULTS}/logs/evaluate_xco2_footprints.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_footprints.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        days=config["xco2"]["figures"]["footprint_days"],
        scale=SOUNDINGS["scale"],
    script:
        "../../scripts/evaluate_xco2_footprints.py"
