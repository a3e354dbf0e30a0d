"""Cross-validation of XCO2: the published scheme, and three that hold out more."""


rule split_xco2:
    input:
        samples=f"{XCO2}/samples.nc",
        library=xco2_library("split_xco2.py"),
    output:
        folds=f"{XCO2}/folds.nc",
    log:
        f"{RESULTS}/logs/split_xco2.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_xco2.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=8000, runtime=30, size=XCO2_SAMPLES_SIZE),
    params:
        schemes=XCO2_CROSSVAL["schemes"],
        folds=XCO2_CROSSVAL["folds"],
        seed=config["seed"],
        block_km=XCO2_CROSSVAL["block_km"],
        buffer_km=XCO2_CROSSVAL["buffer_km"],
        temporal_blocks=XCO2_CROSSVAL["temporal_blocks"],
    message:
        "Deal the samples of XCO2 into folds by every scheme"
    script:
        "../../scripts/split_xco2.py"


rule crossvalidate_xco2:
    input:
        samples=f"{XCO2}/samples.nc",
        folds=f"{XCO2}/folds.nc",
        library=lambda wildcards: xco2_library("crossvalidate_xco2.py", [wildcards.model]),
    output:
        predictions=f"{XCO2}/crossval/{{scheme}}/{{model}}-{{time_input}}.parquet",
        run=f"{XCO2}/crossval/{{scheme}}/{{model}}-{{time_input}}.run.json",
    log:
        f"{RESULTS}/logs/crossvalidate_xco2-{{scheme}}-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_xco2-{{scheme}}-{{model}}-{{time_input}}.tsv"
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    threads: lambda w: threads_of(w.model, min(config["workers"], XCO2_CROSSVAL["folds"]), gpu=on_gpu(w))
    resources:
        **needs(
            mem_mb=12000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 1440,
            size=XCO2_SAMPLES_SIZE,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        options=lambda wildcards: config["xco2"]["models"][wildcards.model],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/crossvalidate_xco2",
    message:
        "Cross-validate {wildcards.model} for xco2 ({wildcards.scheme}, {wildcards.time_input})"
    script:
        "../../scripts/crossvalidate_xco2.py"


rule check_xco2_predictions:
    input:
        predictions=xco2_experiments(),
        samples=f"{XCO2}/samples.nc",
        folds=f"{XCO2}/folds.nc",
        library=xco2_library("check_xco2_predictions.py"),
    output:
        checked=touch(f"{XCO2}/crossval/predictions.checked"),
    log:
        f"{RESULTS}/logs/check_xco2_predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_xco2_predictions.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=30, size=XCO2_SAMPLES_SIZE),
    params:
        product="xco2",
        buffer_km=XCO2_CROSSVAL["buffer_km"],
        # A tiny simulated run need not be good.
        strict=not SIMULATED,
    message:
        "Check that no cross-validation of xco2 saw what it predicts"
    script:
        "../../scripts/check_xco2_predictions.py"
