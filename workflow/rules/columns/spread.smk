"""The spread of the map of XCO2 that figures show: networks of other seeds, calibrated."""

from carbonscape.columns import spread_plan as xco2_spreads

XCO2_SPREAD = XCO2_PRODUCT["spread"]
XCO2_MEMBERS = f"{XCO2}/models/{{model}}-{{time_input}}.members"


rule train_xco2_members:
    input:
        samples=f"{XCO2}/samples.nc",
        library=lambda wildcards: xco2_library("train_xco2_members.py", [wildcards.model]),
    output:
        model=f"{XCO2_MEMBERS}.zip",
        run=f"{XCO2_MEMBERS}.run.json",
    log:
        f"{RESULTS}/logs/train_xco2_members-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_xco2_members-{{model}}-{{time_input}}.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        **needs(mem_mb=12000, per_thread=600, runtime=2880, size=XCO2_SAMPLES_SIZE, gpu=on_gpu),
    params:
        options=lambda wildcards: config["xco2"]["models"][wildcards.model],
        members=XCO2_SPREAD["members"],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/train_xco2_members",
    message:
        "Train {wildcards.model} with several seeds, for the spread of xco2 ({wildcards.time_input})"
    script:
        "../../scripts/train_xco2_members.py"


rule crossvalidate_xco2_members:
    input:
        samples=f"{XCO2}/samples.nc",
        folds=f"{XCO2}/folds.nc",
        library=lambda wildcards: xco2_library("crossvalidate_xco2_members.py", [wildcards.model]),
    output:
        predictions=f"{XCO2}/crossval/{{scheme}}/{{model}}-{{time_input}}.members.parquet",
    log:
        f"{RESULTS}/logs/crossvalidate_xco2_members-{{scheme}}-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_xco2_members-{{scheme}}-{{model}}-{{time_input}}.tsv"
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    threads: lambda w: threads_of(w.model, min(config["workers"], XCO2_SPREAD["folds"]), gpu=on_gpu(w))
    resources:
        **needs(
            mem_mb=12000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 2880,
            size=XCO2_SAMPLES_SIZE,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        options=lambda wildcards: config["xco2"]["models"][wildcards.model],
        members=XCO2_SPREAD["members"],
        folds=XCO2_SPREAD["folds"],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/crossvalidate_xco2_members",
    message:
        "Cross-validate {wildcards.model} for xco2 with several seeds ({wildcards.time_input})"
    script:
        "../../scripts/crossvalidate_xco2_members.py"


rule calibrate_xco2_spread:
    input:
        predictions=f"{XCO2}/crossval/{XCO2_SPREAD['scheme']}/{XCO2_SHOWN}.parquet",
        members=f"{XCO2}/crossval/{XCO2_SPREAD['scheme']}/{XCO2_SHOWN}.members.parquet",
        library=xco2_library("calibrate_xco2_spread.py"),
    output:
        spread=f"{XCO2}/models/{XCO2_SHOWN}.spread.json",
        table=f"{XCO2}/scores/spread.csv",
    log:
        f"{RESULTS}/logs/calibrate_xco2_spread.log",
    benchmark:
        f"{RESULTS}/benchmarks/calibrate_xco2_spread.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=10, size=XCO2_SAMPLES_SIZE),
    params:
        shown=XCO2_FIGURES_SHOWN,
        members=XCO2_SPREAD["members"],
        scheme=XCO2_SPREAD["scheme"],
        block_km=XCO2_CROSSVAL["block_km"],
    message:
        "Calibrate the spread of the map of xco2 that figures show on held-out samples"
    script:
        "../../scripts/calibrate_xco2_spread.py"


if xco2_spreads.has_spread(config["xco2"], **XCO2_FIGURES_SHOWN):
    SCORED["xco2"]["tables"].append(f"{XCO2}/scores/spread.csv")
