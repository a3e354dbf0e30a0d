"""From trained models to maps: final training, tiles and yearly mosaics."""

from carbonscape.fluxes import spread_plan as spreads


rule train_flux:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        series=site_series,
        library=lambda w: library("train_flux.py", [w.model], [w.product]),
    output:
        model=f"{FLUX}/models/{{model}}-{{pft}}-{{window}}.zip",
        run=f"{FLUX}/models/{{model}}-{{pft}}-{{window}}.run.json",
    log:
        f"{RESULTS}/logs/train_flux-{{product}}-{{model}}-{{pft}}-{{window}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_flux-{{product}}-{{model}}-{{pft}}-{{window}}.tsv"
    conda:
        "../../../envs/torch.yaml"
    # As many one-thread processes; the numbers do not depend on how many.
    threads: lambda w: threads_of(w.model, min(config["workers"], 12), gpu=on_gpu(w))
    resources:
        **needs(mem_mb=1000, per_thread=600, runtime=240, gpu=on_gpu),
    params:
        step=of_flux("features", "step"),
        options=lambda w: flux(w).section["models"][w.model],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/train_flux",
    message:
        "Train {wildcards.model} on all towers, for maps of {wildcards.product}"
    script:
        "../../scripts/train_flux.py"


rule weigh_blend:
    input:
        predictions=lambda w: flux(w).weighed_files(w.model, w.pft, "parquet"),
        runs=lambda w: flux(w).weighed_files(w.model, w.pft, "run.json"),
        library=flux_library("weigh_blend.py"),
    output:
        weights=f"{FLUX}/models/{{model}}-{{pft}}.weights.json",
    log:
        f"{RESULTS}/logs/weigh_blend-{{product}}-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/weigh_blend-{{product}}-{{model}}-{{pft}}.tsv"
    wildcard_constraints:
        model="|".join(BLENDS),
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    message:
        "Fit the weights of {wildcards.model} for maps of {wildcards.product}"
    script:
        "../../scripts/weigh_blend.py"


rule predict_flux:
    input:
        series=features("tiles/{tile}.nc"),
        cover=lambda w: [
            f"{FEATURES[w.product]}/land_cover/grid_{year}.nc" for year in flux(w).map_years
        ],
        models=lambda w: flux(w).model_files(w.model, w.pft),
        runs=lambda w: flux(w).model_files(w.model, w.pft, "run.json"),
        weights=lambda w: flux(w).weight_files(w.model, w.pft),
        members=lambda w: spreads.member_files(flux(w), w.model, w.pft),
        member_runs=lambda w: spreads.member_runs(flux(w), w.model, w.pft),
        spread=lambda w: spreads.calibration_files(flux(w), w.model, w.pft),
        library=lambda w: library("predict_flux.py", flux(w).parts(w.model), [w.product]),
    output:
        tile=f"{FLUX}/product/{{model}}-{{pft}}/tiles/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/predict_flux-{{product}}-{{model}}-{{pft}}-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_flux-{{product}}-{{model}}-{{pft}}-{{tile}}.tsv"
    group:
        group_of("maps")
    conda:
        "../../../envs/torch.yaml"
    resources:
        # Every member of the spread takes half the time of a map of two networks.
        **needs(
            mem_mb=6000,
            runtime=lambda w: 240 + 120 * len(spreads.member_files(flux(w), w.model, w.pft)),
            size=flux_tile_size,
            group="maps",
        ),
    params:
        product=lambda w: w.product,
        step=of_flux("features", "step"),
        years=lambda w: flux(w).map_years,
        cell=of_flux("grid", "cell"),
        tile_cells=of_flux("product", "tile_cells"),
        region=config["region"],
        min_leaf_steps=of_flux("product", "min_leaf_steps"),
        precision=of_flux("product", "precision"),
        epochs=lambda w: spreads.epochs_of_map(flux(w), w.model, w.pft),
    message:
        "Predict {wildcards.product} by {wildcards.model} on tile {wildcards.tile}"
    script:
        "../../scripts/predict_flux.py"


# A loop, because the years of a flux's files cannot depend on a wildcard.
for plan in FLUXES.values():

    rule:
        name:
            f"mosaic_{plan.name}"
        input:
            tiles=expand(
                f"{FLUX}/product/{{{{model}}}}-{{{{pft}}}}/tiles/{{tile}}.nc",
                product="{product}",
                tile=plan.tiles,
            ),
            models=lambda w: flux(w).model_files(w.model, w.pft),
            runs=lambda w: flux(w).model_files(w.model, w.pft, "run.json"),
            weights=lambda w: flux(w).weight_files(w.model, w.pft),
            spread=lambda w: spreads.calibration_files(flux(w), w.model, w.pft),
            cover=lambda w: [
                f"{FEATURES[w.product]}/land_cover/grid_{year}.nc" for year in flux(w).map_years
            ],
            applicability=lambda w: flux(w).applicability_files(w.pft),
            reference=lambda w: (
                [f"{flux(w).root}/applicability/{w.pft}.npz"]
                if w.pft in flux(w).applicable_pfts
                else []
            ),
            library=lambda w: library("mosaic_flux.py", [w.model], [w.product]),
        output:
            years=expand(
                f"{FLUX}/product/{{{{model}}}}-{{{{pft}}}}/{plan.name}_{{year}}.nc",
                product="{product}",
                year=plan.map_years,
            ),
        log:
            f"{RESULTS}/logs/mosaic-{{product}}-{{model}}-{{pft}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/mosaic-{{product}}-{{model}}-{{pft}}.tsv"
        wildcard_constraints:
            product=plan.name,
        localrule: SMALL_EARTH
        conda:
            "../../../envs/science.yaml"
        resources:
            **needs(mem_mb=4000, runtime=60, size=flux_size),
        params:
            product=plan.name,
            tiles=plan.tiles,
            years=plan.map_years,
            cell=plan.cell,
            tile_cells=plan.map["tile_cells"],
            region=config["region"],
            archive=config["archive"],
            window=plan.map["window"],
            precision=plan.map["precision"],
            publish=config["publish"],
        message:
            "Put the tiles of a map of {wildcards.product} by {wildcards.model} together"
        script:
            "../../scripts/mosaic_flux.py"
