"""What the gases of TROPOMI are worth: the model that figures show, trained with other inputs."""

XCO2_ABLATIONS = XCO2_CROSSVAL["ablations"]
XCO2_ABLATED = f"{XCO2}/crossval/{XCO2_ABLATIONS['scheme']}/{XCO2_SHOWN}.ablations.parquet"


rule crossvalidate_xco2_ablations:
    input:
        samples=f"{XCO2}/samples.nc",
        folds=f"{XCO2}/folds.nc",
        library=lambda wildcards: xco2_library("crossvalidate_xco2_ablations.py", [wildcards.model]),
    output:
        predictions=f"{XCO2}/crossval/{{scheme}}/{{model}}-{{time_input}}.ablations.parquet",
    log:
        f"{RESULTS}/logs/crossvalidate_xco2_ablations-{{scheme}}-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/crossvalidate_xco2_ablations-{{scheme}}-{{model}}-{{time_input}}.tsv"
    group:
        cell_group
    conda:
        "../../../envs/torch.yaml"
    threads: lambda w: threads_of(w.model, min(config["workers"], XCO2_ABLATIONS["folds"]), gpu=on_gpu(w))
    resources:
        **needs(
            mem_mb=16000,
            per_thread=600,
            runtime=lambda w: 60 if is_brief(w) else 2880,
            size=XCO2_SAMPLES_SIZE,
            gpu=on_gpu,
            group="cells",
        ),
    params:
        options=lambda wildcards: config["xco2"]["models"][wildcards.model],
        ablations={key: XCO2_ABLATIONS[key] for key in ("settings", "folds")},
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/crossvalidate_xco2_ablations",
    message:
        "Cross-validate {wildcards.model} for xco2 with other gases ({wildcards.time_input})"
    script:
        "../../scripts/crossvalidate_xco2_ablations.py"


rule evaluate_xco2_ablations:
    input:
        predictions=f"{XCO2}/crossval/{XCO2_ABLATIONS['scheme']}/{XCO2_SHOWN}.parquet",
        ablated=XCO2_ABLATED,
        library=xco2_library("evaluate_xco2_ablations.py"),
    output:
        ablations=f"{XCO2}/scores/ablations.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_ablations.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_ablations.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=30, size=XCO2_SAMPLES_SIZE),
    params:
        named={**XCO2_FIGURES_SHOWN, "scheme": XCO2_ABLATIONS["scheme"]},
        block_km=XCO2_CROSSVAL["block_km"],
        tropomi_first_month=COMPOSITE_OPTIONS["tropomi_first_month"],
        steps=XCO2_SPAN.steps,
        window=XCO2_SPAN.window,
        seed=config["seed"],
    message:
        "Compare models of xco2 that read the gases of TROPOMI, none, or when they are known"
    script:
        "../../scripts/evaluate_xco2_ablations.py"


if XCO2_ABLATIONS["settings"]:
    SCORED["xco2"]["tables"].append(f"{XCO2}/scores/ablations.csv")
