"""Native files that a user of the real archives supplies."""

from carbonscape.sources.needs import periods_of_run


rule require_raw:
    output:
        # Never written: the job says which files are absent, and where they come from.
        f"{RESULTS}/missing/{{source}}.txt",
    log:
        f"{RESULTS}/logs/require_raw-{{source}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/require_raw-{{source}}.tsv"
    localrule: True
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        root=str(RAW.root),
        periods=periods_of_run({product: config[product] for product in MADE}),
    message:
        "Say which files of {wildcards.source} are absent, and where they come from"
    script:
        "../scripts/require_raw.py"
