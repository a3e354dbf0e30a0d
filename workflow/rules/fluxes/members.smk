"""The spread of maps: networks with several numbers of epochs, calibrated at held-out sites."""

MEMBER = f"{FLUX}/models/{{model}}-{{pft}}-{{window}}"


# A loop, because the numbers of epochs of a flux cannot depend on a wildcard.
for plan in FLUXES.values():

    rule:
        name:
            f"train_{plan.name}_members"
        input:
            samples=f"{FLUX}/features/samples.parquet",
            series=site_series,
            library=lambda w: library("train_flux_members.py", [w.model], [w.product]),
        output:
            models=[f"{MEMBER}.epochs{number}.zip" for number in spreads.spread_epochs(plan)],
            run=f"{MEMBER}.members.run.json",
        log:
            f"{RESULTS}/logs/train_members-{{product}}-{{model}}-{{pft}}-{{window}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/train_members-{{product}}-{{model}}-{{pft}}-{{window}}.tsv"
        wildcard_constraints:
            product=plan.name,
        conda:
            "../../../envs/torch.yaml"
        # As many one-thread processes; the numbers do not depend on how many.
        threads: lambda w: threads_of(w.model, min(config["workers"], 12), gpu=on_gpu(w))
        resources:
            **needs(mem_mb=1000, per_thread=600, runtime=1440, gpu=on_gpu),
        params:
            step=of_flux("features", "step"),
            options=lambda w: flux(w).section["models"][w.model],
            epochs=spreads.spread_epochs(plan),
            seed=config["seed"],
            device=config["device"],
            scratch=f"{RESULTS}/scratch/train_flux_members",
        message:
            "Train {wildcards.model} on all towers with several numbers of epochs ({wildcards.pft})"
        script:
            "../../scripts/train_flux_members.py"


rule crossvalidate_flux_members:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        series=site_series,
        folds=f"{FLUX}/crossval/{{scheme}}/folds.json",
        library=lambda w: library("crossvalidate_flux_members.py", [w.model], [w.product]),
    output:
        predictions=f"{CROSSVAL}.members.parquet",
    log:
        f"{RESULTS}/logs/crossvalidate_flux_members-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_flux_members-{{product}}-{{scheme}}-{{model}}-{{pft}}-{{window}}.tsv"
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    threads: lambda w: threads_of(w.model, config["workers"], gpu=on_gpu(w))
    resources:
        **needs(
            mem_mb=1000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 2880,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        step=of_flux("features", "step"),
        options=lambda w: flux(w).section["models"][w.model],
        search=lambda w: flux(w).search_of(Setting(w.model, w.pft, w.window)),
        common_samples=of_flux("crossval", "common_samples"),
        train_all=of_flux("crossval", "train_all"),
        epochs=lambda w: spreads.spread_epochs(flux(w)),
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/crossvalidate_flux_members",
    message:
        "Cross-validate {wildcards.model} for {wildcards.product} with several numbers of epochs"
    script:
        "../../scripts/crossvalidate_flux_members.py"


rule calibrate_spread:
    input:
        predictions=lambda w: spreads.own_predictions(flux(w), w.model, w.pft),
        parts=lambda w: spreads.part_predictions(flux(w), w.model, w.pft),
        members=lambda w: spreads.member_predictions(flux(w), w.model, w.pft),
        weights=lambda w: flux(w).weight_files(w.model, w.pft),
        library=flux_library("calibrate_spread.py"),
    output:
        spread=f"{FLUX}/models/{{model}}-{{pft}}.spread.json",
    log:
        f"{RESULTS}/logs/calibrate_spread-{{product}}-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/calibrate_spread-{{product}}-{{model}}-{{pft}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    message:
        "Calibrate the spread of {wildcards.model} for {wildcards.product} at held-out sites"
    script:
        "../../scripts/calibrate_spread.py"


rule evaluate_flux_spread:
    input:
        products=lambda w: flux(w).map_files(
            [flux(w).cover_year], maps=spreads.spread_maps(flux(w))
        ),
        tiles=lambda w: [
            f"{FLUX}/product/{name}/tiles/{tile}.nc".format(**w)
            for name in spreads.spread_maps(flux(w))
            for tile in flux(w).tiles
        ],
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_spread.py"),
    output:
        maps=f"{FIGURE}_fig09.nc",
        totals=f"{FIGURE}_fig09_totals.csv",
        table=f"{FIGURE}_fig09_spread.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_spread-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_spread-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One layer of every map.
    resources:
        **needs(mem_mb=3000, runtime=30, size=flux_size),
    params:
        product=lambda w: w.product,
        year=lambda w: flux(w).cover_year,
    message:
        "Compare the spread of {wildcards.product} between settings of the land cover"
    script:
        "../../scripts/evaluate_flux_spread.py"


for name, plan in FLUXES.items():
    if spreads.spread_maps(plan):
        AVAILABLE[name] = {*AVAILABLE[name], "spread"}
        SCORED[name]["tables"] += [f"{plan.root}/figures/{name}_fig09_spread.csv"]
    if "truth" in AVAILABLE[name]:
        SCORED[name]["tables"] += [f"{plan.root}/figures/{name}_truth_cover.csv"]
