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
        years=sorted({year for plan in FLUXES.values() for year in plan.years}),
        cover_years=sorted({year for plan in FLUXES.values() for year in plan.cover_years}),
        sif_months=FIRST.sif_months if FLUXES else [],
        xco2=config["xco2"],
    script:
        "../scripts/require_raw.py"
