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


rule measure_applicability:
    input:
        samples=f"{FLUX}/features/samples.parquet",
        series=site_series,
        folds=f"{FLUX}/crossval/split_{config['figures']['split']}/folds.json",
        importance=f"{FIGURE}_importance.csv",
        library=lambda w: library("measure_applicability.py", flux(w).permuted_models, [w.product]),
    output:
        reference=f"{FLUX}/applicability/{{pft}}.npz",
    log:
        f"{RESULTS}/logs/measure_applicability-{{product}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure_applicability-{{product}}-{{pft}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # Distances between all training samples, some hundred rows at a time.
    resources:
        **needs(mem_mb=2000, runtime=30),
    params:
        step=of_flux("features", "step"),
        window=of_flux("product", "window"),
    message:
        "Measure how training samples of {wildcards.product} resemble one another ({wildcards.pft})"
    script:
        "../../scripts/measure_applicability.py"


rule measure_dissimilarity:
    input:
        series=features("tiles/{tile}.nc"),
        cover=lambda w: [
            f"{FEATURES[w.product]}/land_cover/grid_{year}.nc" for year in flux(w).map_years
        ],
        reference=f"{FLUX}/applicability/{{pft}}.npz",
        library=lambda w: library("measure_dissimilarity.py", flux(w).permuted_models, [w.product]),
    output:
        tile=f"{FLUX}/applicability/{{pft}}/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/measure_dissimilarity-{{product}}-{{pft}}-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure_dissimilarity-{{product}}-{{pft}}-{{tile}}.tsv"
    group:
        group_of("maps")
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=6000, runtime=240, size=flux_tile_size, group="maps"),
    params:
        product=lambda w: w.product,
        step=of_flux("features", "step"),
        years=lambda w: flux(w).map_years,
        cell=of_flux("grid", "cell"),
        tile_cells=of_flux("product", "tile_cells"),
        region=config["region"],
    message:
        "Measure how tile {wildcards.tile} resembles the towers of {wildcards.product} ({wildcards.pft})"
    script:
        "../../scripts/measure_dissimilarity.py"


rule evaluate_flux_applicability:
    input:
        product=lambda w: flux(w).map_files(
            [config["figures"]["map_year"]], maps=flux(w).shown_maps[:1]
        ),
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_applicability.py"),
    output:
        maps=f"{FIGURE}_applicability.nc",
        table=f"{FIGURE}_applicability.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_applicability-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_applicability-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One month of one map at a time.
    resources:
        **needs(mem_mb=3000, runtime=30, size=flux_size),
    params:
        product=lambda w: w.product,
        map=lambda w: flux(w).shown_maps[0],
        year=config["figures"]["map_year"],
    message:
        "Sum what of {wildcards.product} lies inside the area of applicability"
    script:
        "../../scripts/evaluate_flux_applicability.py"


for name, plan in FLUXES.items():
    if plan.applicable_pfts:
        SCORED[name]["tables"].append(f"{plan.root}/figures/{name}_applicability.csv")
