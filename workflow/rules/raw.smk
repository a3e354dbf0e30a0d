"""Native files that a user of the real archives supplies."""


rule require_raw:
    output:
        # Never written: the job says which files are absent, and where they come from.
        f"{RESULTS}/missing/{{source}}.txt",
    log:
        f"{RESULTS}/logs/require_raw-{{source}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/require_raw-{{source}}.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        root=str(RAW.root),
        years=YEARS,
        cover_years=COVER_YEARS,
        sif_months=SIF_MONTHS,
        xco2=config["xco2"],
    script:
        "../scripts/require_raw.py"
