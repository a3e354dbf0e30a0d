"""What predictors are worth, and where maps lie within what the towers know."""


rule evaluate_flux_importance:
    input:
        runs=lambda w: flux(w).permuted_runs(),
        # Of the permuted models alone: every map would run again with the code of any other.
        library=lambda w: library(
            "evaluate_flux_importance.py", flux(w).permuted_models, [w.product]
        ),
    output:
        rows=f"{FIGURE}_importance.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_importance-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_importance-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    message:
        "Gather how much each predictor of {wildcards.product} is worth at held-out sites"
    script:
        "../../scripts/evaluate_flux_importance.py"
