"""Scores, tables and the numbers behind every figure."""

FIGURE_DATA = f"{GPP}/figures"
CROSSVAL_FIGURES = (
    "gpp_fig04",
    "gpp_fig05",
    "gpp_fig06",
    "gpp_monthly_scores",
    "gpp_quantities",
    "gpp_scatter",
    "gpp_seasonal_cycle",
    "gpp_site_scores",
)
COMPARISON_FIGURES = ("gpp_differences", *(("gpp_holdouts",) if holdouts() else ()), "gpp_costs")
MAP_FIGURES = ("gpp_fig11", "gpp_fig08", "gpp_fig16a") if PRODUCTS else ()
# Only a simulated Earth has a truth.
TRUTH_FIGURES = (
    ("gpp_truth_map", "gpp_truth_scores", "gpp_truth_gap") if PRODUCTS and SIMULATED else ()
)
PRODUCT_FILES = expand(
    f"{GPP}/product/{{product}}/gpp_{{year}}.nc", product=PRODUCTS, year=PRODUCT_YEARS
)
PRODUCT_CHECKS = expand(f"{GPP}/product/{{product}}/product.checked", product=PRODUCTS)
# What the report shows as tables.
SCORE_TABLES = (
    "table_s1",
    "table_s2",
    "table_s3",
    "intervals",
    "differences",
    "site_summary",
    "spread",
    "costs",
)
CROSSVAL_TABLES = [
    *expand(f"{GPP}/scores/{{table}}.csv", table=SCORE_TABLES),
    *([f"{GPP}/scores/holdouts.csv"] if holdouts() else []),
]
MAP_TABLES = [f"{FIGURE_DATA}/gpp_fig16a_growth.csv"] if MAP_FIGURES else []
TRUTH_TABLES = (
    expand(f"{FIGURE_DATA}/gpp_truth_{{table}}.csv", table=("skill", "growth", "gap"))
    if TRUTH_FIGURES
    else []
)


rule score_gpp:
    input:
        predictions=experiments(),
        sites=f"{GPP}/towers/sites.csv",
        library=library("score_gpp.py"),
    output:
        scores=f"{GPP}/scores/scores.csv",
        site_scores=f"{GPP}/scores/site_scores.csv",
        table_s1=f"{GPP}/scores/table_s1.csv",
        table_s2=f"{GPP}/scores/table_s2.csv",
        table_s3=f"{GPP}/scores/table_s3.csv",
        site_summary=f"{GPP}/scores/site_summary.csv",
        spread=f"{GPP}/scores/spread.csv",
    log:
        f"{RESULTS}/logs/score_gpp.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_gpp.tsv"
    conda:
        "../../../envs/science.yaml"
    # A tenth of a second for each of at most some hundred experiments.
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        min_years=config["gpp"]["evaluation"]["seasonal_cycle_min_years"],
        site_min_months=config["gpp"]["evaluation"]["site_min_months"],
    script:
        "../../scripts/score_gpp.py"


rule evaluate_gpp_towers:
    input:
        sites=f"{GPP}/towers/sites.csv",
        samples=f"{GPP}/features/samples.parquet",
        library=library("evaluate_gpp_towers.py"),
    output:
        towers=f"{FIGURE_DATA}/gpp_fig01_towers.csv",
        classes=f"{FIGURE_DATA}/gpp_fig01_classes.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_towers.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../../scripts/evaluate_gpp_towers.py"


rule evaluate_gpp_crossval:
    input:
        predictions=experiments(),
        sites=f"{GPP}/towers/sites.csv",
        scores=f"{GPP}/scores/scores.csv",
        site_scores=f"{GPP}/scores/site_scores.csv",
        library=library("evaluate_gpp_crossval.py"),
    output:
        expand(f"{FIGURE_DATA}/{{figure}}.csv", figure=CROSSVAL_FIGURES),
    log:
        f"{RESULTS}/logs/evaluate_gpp_crossval.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_crossval.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown={key: config["figures"][key] for key in ("split", "window", "pft")},
        min_years=config["gpp"]["evaluation"]["seasonal_cycle_min_years"],
        site_min_months=config["gpp"]["evaluation"]["site_min_months"],
    script:
        "../../scripts/evaluate_gpp_crossval.py"


rule evaluate_gpp_differences:
    input:
        predictions=experiments(),
        library=library("evaluate_gpp_differences.py"),
    output:
        intervals=f"{GPP}/scores/intervals.csv",
        differences=f"{GPP}/scores/differences.csv",
        rows=f"{FIGURE_DATA}/gpp_differences.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_differences.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_differences.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        shown={key: config["figures"][key] for key in ("window", "pft")},
        common_samples=CROSSVAL["common_samples"],
        draws=config["gpp"]["evaluation"]["bootstrap_draws"],
        seed=config["seed"],
    script:
        "../../scripts/evaluate_gpp_differences.py"


rule evaluate_gpp_holdouts:
    input:
        predictions=holdouts(),
        sites=f"{GPP}/towers/sites.csv",
        scores=f"{GPP}/scores/scores.csv",
        library=library("evaluate_gpp_holdouts.py"),
    output:
        table=f"{GPP}/scores/holdouts.csv",
        rows=f"{FIGURE_DATA}/gpp_holdouts.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_holdouts.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_holdouts.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown={key: config["figures"][key] for key in ("window", "pft")},
    script:
        "../../scripts/evaluate_gpp_holdouts.py"


rule evaluate_gpp_costs:
    input:
        costs=experiments(suffix="cost.csv"),
        scores=f"{GPP}/scores/scores.csv",
        library=library("evaluate_gpp_costs.py"),
    output:
        table=f"{GPP}/scores/costs.csv",
        rows=f"{FIGURE_DATA}/gpp_costs.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_costs.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_costs.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown={key: config["figures"][key] for key in ("window", "pft")},
    script:
        "../../scripts/evaluate_gpp_costs.py"


rule evaluate_scorecard:
    input:
        reported=str(BASE / "resources" / "reported_values.csv"),
        counts=f"{GPP}/towers/filter_counts.csv",
        sites=f"{GPP}/towers/sites.csv",
        scores=f"{GPP}/scores/scores.csv",
        growth=f"{FIGURE_DATA}/gpp_fig16a_growth.csv" if PRODUCTS else [],
        library=library("evaluate_scorecard.py"),
    output:
        scorecard=f"{GPP}/scores/scorecard.csv",
    log:
        f"{RESULTS}/logs/evaluate_scorecard.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_scorecard.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        product="gpp",
        pft=config["figures"]["pft"],
    script:
        "../../scripts/evaluate_scorecard.py"


rule evaluate_gpp_maps:
    input:
        products=PRODUCT_FILES,
        classes=f"{GPP}/features/cell_classes.nc",
        library=library("evaluate_gpp_maps.py"),
    output:
        maps=f"{FIGURE_DATA}/gpp_fig11.nc",
        totals=f"{FIGURE_DATA}/gpp_fig16a.csv",
        growth=f"{FIGURE_DATA}/gpp_fig16a_growth.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_maps.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_maps.tsv"
    conda:
        "../../../envs/science.yaml"
    # One year of one product at a time.
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        product="gpp",
        map_year=config["figures"]["map_year"],
    script:
        "../../scripts/evaluate_gpp_maps.py"


rule check_product:
    input:
        products=expand(
            f"{GPP}/product/{{{{model}}}}-{{{{pft}}}}/gpp_{{year}}.nc", year=PRODUCT_YEARS
        ),
        tiles=expand(f"{GPP}/product/{{{{model}}}}-{{{{pft}}}}/tiles/{{tile}}.nc", tile=TILES),
        classes=f"{GPP}/features/cell_classes.nc",
        library=library("check_product.py"),
    output:
        touch(f"{GPP}/product/{{model}}-{{pft}}/product.checked"),
    log:
        f"{RESULTS}/logs/check_product-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_product-{{model}}-{{pft}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        product="gpp",
        plausible=[PRODUCT["total_low"], PRODUCT["total_high"]],
        # The total of a simulated Earth proves nothing: it is said, not refused.
        strict=not SIMULATED,
    script:
        "../../scripts/check_product.py"


rule evaluate_gpp_sif:
    input:
        products=expand(
            f"{GPP}/product/{{product}}/gpp_{{year}}.nc",
            product=PRODUCTS,
            year=sorted({int(month[:4]) for month in SIF_MONTHS}),
        ),
        sif=f"{GPP}/sif/sif_monthly.nc",
        classes=f"{GPP}/features/cell_classes.nc",
        library=library("evaluate_gpp_sif.py"),
    output:
        maps=f"{FIGURE_DATA}/gpp_fig08.nc",
        climates=f"{FIGURE_DATA}/gpp_fig08_climates.csv",
    log:
        f"{RESULTS}/logs/evaluate_gpp_sif.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_sif.tsv"
    conda:
        "../../../envs/science.yaml"
    # One month of one product at a time.
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        product="gpp",
        min_months=SIF["min_months"],
    script:
        "../../scripts/evaluate_gpp_sif.py"


# The one rule that reads the truth, at the end of everything.
rule evaluate_gpp_truth:
    input:
        truth=f"{TRUTH}/grid.nc",
        true_sites=f"{TRUTH}/sites.nc",
        products=PRODUCT_FILES,
        classes=f"{GPP}/features/cell_classes.nc",
        predictions=crossvalidated_products(),
        samples=f"{GPP}/features/samples.parquet",
        sites=f"{GPP}/towers/sites.csv",
        library=library("evaluate_gpp_truth.py"),
    output:
        scores=f"{FIGURE_DATA}/gpp_truth_scores.csv",
        skill=f"{FIGURE_DATA}/gpp_truth_skill.csv",
        totals=f"{FIGURE_DATA}/gpp_truth_totals.csv",
        growth=f"{FIGURE_DATA}/gpp_truth_growth.csv",
        gap=f"{FIGURE_DATA}/gpp_truth_gap.csv",
        maps=f"{FIGURE_DATA}/gpp_truth_map.nc",
    log:
        f"{RESULTS}/logs/evaluate_gpp_truth.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_gpp_truth.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        product="gpp",
        map_year=config["figures"]["map_year"],
    script:
        "../../scripts/evaluate_gpp_truth.py"
