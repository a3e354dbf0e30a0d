"""Scores, tables and the numbers behind every figure."""

FIGURE_DATA = f"{GPP}/figures"
CROSSVAL_FIGURES = (
    "gpp_fig04",
    "gpp_fig05",
    "gpp_fig06",
    "gpp_monthly_scores",
    "gpp_scatter",
    "gpp_seasonal_cycle",
    "gpp_site_scores",
)


rule score_gpp:
    input:
        predictions=predictions(),
        sites=f"{GPP}/towers/sites.csv",
        library=library("score_gpp.py"),
    output:
        scores=f"{GPP}/scores/scores.csv",
        site_scores=f"{GPP}/scores/site_scores.csv",
        table_s1=f"{GPP}/scores/table_s1.csv",
        table_s2=f"{GPP}/scores/table_s2.csv",
        table_s3=f"{GPP}/scores/table_s3.csv",
    log:
        f"{RESULTS}/logs/score_gpp.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_gpp.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        crossval={key: CROSSVAL[key] for key in ("models", "pfts", "windows")},
        min_years=config["gpp"]["evaluation"]["seasonal_cycle_min_years"],
    script:
        "../scripts/score_gpp.py"


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
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/evaluate_gpp_towers.py"


rule evaluate_gpp_crossval:
    input:
        predictions=predictions(),
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
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown={key: config["figures"][key] for key in ("split", "window", "pft")},
        min_years=config["gpp"]["evaluation"]["seasonal_cycle_min_years"],
    script:
        "../scripts/evaluate_gpp_crossval.py"


rule evaluate_scorecard:
    input:
        reported=str(BASE / "resources" / "reported_values.csv"),
        counts=f"{GPP}/towers/filter_counts.csv",
        sites=f"{GPP}/towers/sites.csv",
        scores=f"{GPP}/scores/scores.csv",
        library=library("evaluate_scorecard.py"),
    output:
        scorecard=f"{GPP}/scores/scorecard.csv",
    log:
        f"{RESULTS}/logs/evaluate_scorecard.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_scorecard.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../scripts/evaluate_scorecard.py"
