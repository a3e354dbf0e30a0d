"""Cross-validation: over random splits of the sites, and over regions, years and climates."""


rule split_sites:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        folds=tower_table("folds"),
        library=flux_library("split_sites.py"),
    output:
        folds=f"{FLUX}/crossval/{{scheme}}/folds.json",
    log:
        f"{RESULTS}/logs/split_sites-{{product}}-{{scheme}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_sites-{{product}}-{{scheme}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        n_folds=of_flux("crossval", "folds"),
        stratify=of_flux("crossval", "stratify"),
        block_km=of_flux("crossval", "holdouts", "block_km"),
        seed=config["seed"],
        unseen=lambda w: w.scheme in flux(w).unseen,
    message:
        "Deal the samples of {wildcards.product} into folds: {wildcards.scheme}"
    script:
        "../../scripts/split_sites.py"


rule crossvalidate_flux:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        series=site_series,
        folds=f"{FLUX}/crossval/{{scheme}}/folds.json",
        # Options chosen inside the training sites, where the configuration asks for that.
        search=lambda w: [f"{CROSSVAL}.choices.json"] if is_searched(w) else [],
        library=lambda w: library("crossvalidate_flux.py", [w.model], [w.product]),
    output:
        predictions=f"{CROSSVAL}.parquet",
        cost=f"{CROSSVAL}.cost.csv",
        run=f"{CROSSVAL}.run.json",
    log:
        f"{RESULTS}/logs/crossvalidate_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.tsv"
    wildcard_constraints:
        model="|".join(name for name in MODELS if name not in BLENDS),
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    # As many one-thread processes; the numbers do not depend on how many.
    threads: lambda w: threads_of(w.model, config["workers"], gpu=on_gpu(w))
    resources:
        # A worker takes 0.3 to 0.5 GB with torch, of which little belongs to the networks.
        **needs(
            mem_mb=1000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 240,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        step=of_flux("features", "step"),
        options=lambda w: flux(w).section["models"][w.model],
        search=lambda w: flux(w).search_of(Setting(w.model, w.pft, w.window)),
        common_samples=of_flux("crossval", "common_samples"),
        train_all=of_flux("crossval", "train_all"),
        repeats=lambda w: flux(w).permutations(w.scheme, Setting(w.model, w.pft, w.window)),
        seed=config["seed"],
        device=config["device"],
        # Not a result: where finished models wait for the others, so that a killed job resumes.
        scratch=f"{RESULTS}/scratch/crossvalidate_flux",
    message:
        "Cross-validate {wildcards.model} for {wildcards.product} ({wildcards.scheme}, {wildcards.pft}, {wildcards.window})"
    script:
        "../../scripts/crossvalidate_flux.py"


# The inner trainings have a job of their own, so that they run beside those of other models.
rule search_flux:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        series=site_series,
        folds=f"{FLUX}/crossval/{{scheme}}/folds.json",
        library=lambda w: library("search_flux.py", [w.model], [w.product]),
    output:
        predictions=f"{CROSSVAL}.search.parquet",
        choices=f"{CROSSVAL}.choices.json",
    log:
        f"{RESULTS}/logs/search_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/search_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.tsv"
    wildcard_constraints:
        model="|".join(name for name in MODELS if name not in BLENDS),
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    threads: lambda w: threads_of(w.model, config["workers"], gpu=on_gpu(w))
    resources:
        **needs(
            mem_mb=1000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 480,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        step=of_flux("features", "step"),
        options=lambda w: flux(w).section["models"][w.model],
        search=lambda w: flux(w).search_of(Setting(w.model, w.pft, w.window)),
        common_samples=of_flux("crossval", "common_samples"),
        train_all=of_flux("crossval", "train_all"),
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/search_flux",
    message:
        "Choose options of {wildcards.model} inside the training sites ({wildcards.scheme}, {wildcards.pft}, {wildcards.window})"
    script:
        "../../scripts/search_flux.py"


rule blend_flux:
    input:
        predictions=lambda w: parts_of_blend(w, "parquet"),
        # Predictions inside the training sites, on which weights are fitted.
        inner=lambda w: parts_of_blend(w, "search.parquet") if has_weights(w) else [],
        costs=lambda w: parts_of_blend(w, "cost.csv"),
        runs=lambda w: parts_of_blend(w, "run.json"),
        library=flux_library("blend_flux.py"),
    output:
        predictions=f"{CROSSVAL}.parquet",
        cost=f"{CROSSVAL}.cost.csv",
        run=f"{CROSSVAL}.run.json",
    log:
        f"{RESULTS}/logs/blend_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/blend_flux-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.tsv"
    wildcard_constraints:
        model="|".join(BLENDS),
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    message:
        "Average the cross-validated models of {wildcards.model} for {wildcards.product} ({wildcards.scheme})"
    script:
        "../../scripts/blend_flux.py"


rule check_predictions:
    input:
        predictions=lambda w: flux(w).every_experiment(),
        samples=f"{FLUX}/features/samples.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        folds=lambda w: expand(
            f"{FLUX}/crossval/{{scheme}}/folds.json", product=w.product, scheme=flux(w).schemes
        ),
        library=flux_library("check_predictions.py"),
    output:
        touch(f"{FLUX}/crossval/predictions.checked"),
    log:
        f"{RESULTS}/logs/check_predictions-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_predictions-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        product=lambda w: w.product,
        schemes=lambda w: flux(w).schemes,
        common_samples=of_flux("crossval", "common_samples"),
        block_km=of_flux("crossval", "holdouts", "block_km"),
    message:
        "Check that no cross-validation of {wildcards.product} saw what it predicts"
    script:
        "../../scripts/check_predictions.py"
