"""Site-wise cross-validation."""


rule split_sites:
    input:
        samples=f"{GPP}/features/samples.parquet",
        sites=f"{GPP}/towers/sites.csv",
        folds=tower_table("folds"),
        library=library("split_sites.py"),
    output:
        folds=f"{GPP}/crossval/split_{{split}}/folds.json",
    log:
        f"{RESULTS}/logs/split_sites-{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_sites-{{split}}.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        n_folds=CROSSVAL["folds"],
        stratify=CROSSVAL["stratify"],
        seed=config["seed"],
    script:
        "../scripts/split_sites.py"


rule crossvalidate_gpp:
    input:
        samples=f"{GPP}/features/samples.parquet",
        series=SITE_SERIES,
        folds=f"{GPP}/crossval/split_{{split}}/folds.json",
        library=lambda wildcards: library("crossvalidate_gpp.py", [wildcards.model]),
    output:
        predictions=f"{GPP}/crossval/split_{{split}}/{{window}}-{{pft}}-{{model}}.parquet",
        run=f"{GPP}/crossval/split_{{split}}/{{window}}-{{pft}}-{{model}}.run.json",
    log:
        f"{RESULTS}/logs/crossvalidate_gpp-{{split}}-{{window}}-{{pft}}-{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_gpp-{{split}}-{{window}}-{{pft}}-{{model}}.tsv"
    conda:
        "../../envs/torch.yaml"
    # As many one-thread processes; the numbers do not depend on how many. Means need but one.
    threads: lambda wildcards: 1 if wildcards.model == "climatology" else 16
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        step=config["gpp"]["features"]["step"],
        options=lambda wildcards: config["gpp"]["models"][wildcards.model],
        common_samples=CROSSVAL["common_samples"],
        seed=config["seed"],
        # Not a result: where finished models wait for the others, so that a killed job resumes.
        scratch=f"{RESULTS}/scratch/crossvalidate_gpp",
    script:
        "../scripts/crossvalidate_gpp.py"


rule check_predictions:
    input:
        predictions=predictions(),
        samples=f"{GPP}/features/samples.parquet",
        folds=expand(f"{GPP}/crossval/split_{{split}}/folds.json", split=CROSSVAL["splits"]),
        library=library("check_predictions.py"),
    output:
        touch(f"{GPP}/crossval/predictions.checked"),
    log:
        f"{RESULTS}/logs/check_predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_predictions.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        splits=CROSSVAL["splits"],
        windows=CROSSVAL["windows"],
        common_samples=CROSSVAL["common_samples"],
    script:
        "../scripts/check_predictions.py"


CHECKS = rules.check_predictions.output
