"""Cross-validation: over random splits of the sites, and over regions, years and climates."""

BLENDS = [name for name, entry in MODELS.items() if entry.kind == "blend"]


rule split_sites:
    input:
        samples=f"{GPP}/features/samples.parquet",
        sites=f"{GPP}/towers/sites.csv",
        folds=tower_table("folds"),
        library=library("split_sites.py"),
    output:
        folds=f"{GPP}/crossval/{{scheme}}/folds.json",
    log:
        f"{RESULTS}/logs/split_sites-{{scheme}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_sites-{{scheme}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        n_folds=CROSSVAL["folds"],
        stratify=CROSSVAL["stratify"],
        block_km=CROSSVAL["holdouts"]["block_km"],
        seed=config["seed"],
    script:
        "../../scripts/split_sites.py"


rule crossvalidate_gpp:
    input:
        samples=f"{GPP}/features/samples.parquet",
        series=SITE_SERIES,
        folds=f"{GPP}/crossval/{{scheme}}/folds.json",
        library=lambda wildcards: library("crossvalidate_gpp.py", [wildcards.model]),
    output:
        predictions=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.parquet",
        cost=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.cost.csv",
        run=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.run.json",
    log:
        f"{RESULTS}/logs/crossvalidate_gpp-{{scheme}}-{{window}}-{{pft}}-{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_gpp-{{scheme}}-{{window}}-{{pft}}-{{model}}.tsv"
    wildcard_constraints:
        model="|".join(name for name in MODELS if name not in BLENDS),
    conda:
        "../../../envs/torch.yaml"
    # As many one-thread processes; the numbers do not depend on how many.
    threads: lambda wildcards: threads_of(wildcards.model, 16)
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        step=FEATURES["step"],
        options=lambda wildcards: config["gpp"]["models"][wildcards.model],
        search=lambda wildcards: {
            "inner_folds": CROSSVAL["search"]["inner_folds"],
            "candidates": CROSSVAL["search"]["candidates"].get(wildcards.model, []),
        },
        common_samples=CROSSVAL["common_samples"],
        seed=config["seed"],
        device=config["device"],
        # Not a result: where finished models wait for the others, so that a killed job resumes.
        scratch=f"{RESULTS}/scratch/crossvalidate_gpp",
    script:
        "../../scripts/crossvalidate_gpp.py"


rule blend_gpp:
    input:
        predictions=lambda wildcards: expand(
            f"{GPP}/crossval/{{{{scheme}}}}/{{{{window}}}}-{{{{pft}}}}-{{part}}.parquet",
            part=parts(wildcards),
        ),
        costs=lambda wildcards: expand(
            f"{GPP}/crossval/{{{{scheme}}}}/{{{{window}}}}-{{{{pft}}}}-{{part}}.cost.csv",
            part=parts(wildcards),
        ),
        runs=lambda wildcards: expand(
            f"{GPP}/crossval/{{{{scheme}}}}/{{{{window}}}}-{{{{pft}}}}-{{part}}.run.json",
            part=parts(wildcards),
        ),
        library=library("blend_gpp.py"),
    output:
        predictions=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.parquet",
        cost=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.cost.csv",
        run=f"{GPP}/crossval/{{scheme}}/{{window}}-{{pft}}-{{model}}.run.json",
    log:
        f"{RESULTS}/logs/blend_gpp-{{scheme}}-{{window}}-{{pft}}-{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/blend_gpp-{{scheme}}-{{window}}-{{pft}}-{{model}}.tsv"
    wildcard_constraints:
        model="|".join(BLENDS),
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/blend_gpp.py"


rule check_predictions:
    input:
        predictions=[*experiments(), *holdouts()],
        samples=f"{GPP}/features/samples.parquet",
        sites=f"{GPP}/towers/sites.csv",
        folds=expand(f"{GPP}/crossval/{{scheme}}/folds.json", scheme=SCHEMES),
        library=library("check_predictions.py"),
    output:
        touch(f"{GPP}/crossval/predictions.checked"),
    log:
        f"{RESULTS}/logs/check_predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_predictions.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        product="gpp",
        schemes=SCHEMES,
        common_samples=CROSSVAL["common_samples"],
        block_km=CROSSVAL["holdouts"]["block_km"],
    script:
        "../../scripts/check_predictions.py"


CHECKS = rules.check_predictions.output
