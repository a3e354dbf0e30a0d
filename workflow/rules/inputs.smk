"""What became of the inputs: one table for the run."""


rule list_inputs:
    input:
        findings=FINDINGS,
        library=library("list_inputs.py"),
    output:
        inputs=f"{RESULTS}/inputs.csv",
    log:
        f"{RESULTS}/logs/list_inputs.log",
    benchmark:
        f"{RESULTS}/benchmarks/list_inputs.tsv"
    localrule: True
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        periods=periods_of_run({name: config[name] for name in MADE}),
        root=str(RAW.root),
        areas=RAW.areas,
        towers=str(TOWERS) if "fluxes" in WINGS and TOWERS else None,
        tables=[
            str(path)
            for key in ("sites", "predictors", "folds")
            if "fluxes" in WINGS and (path := tower_table(key))
        ],
    message:
        "List every file and every tower that was given: used or left out, and why"
    script:
        "../scripts/list_inputs.py"
