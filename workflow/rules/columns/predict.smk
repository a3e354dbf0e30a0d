"""From trained models of XCO2 to maps."""

from carbonscape.columns import spread_plan as xco2_spreads


rule train_xco2:
    input:
        samples=f"{XCO2}/samples.nc",
        library=lambda wildcards: xco2_library("train_xco2.py", [wildcards.model]),
    output:
        model=f"{XCO2}/models/{{model}}-{{time_input}}.zip",
        run=f"{XCO2}/models/{{model}}-{{time_input}}.run.json",
    log:
        f"{RESULTS}/logs/train_xco2-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_xco2-{{model}}-{{time_input}}.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        **needs(mem_mb=12000, per_thread=600, runtime=1440, size=XCO2_SAMPLES_SIZE, gpu=on_gpu),
    params:
        options=lambda wildcards: config["xco2"]["models"][wildcards.model],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/train_xco2",
    message:
        "Train {wildcards.model} on all samples, for maps of xco2 ({wildcards.time_input})"
    script:
        "../../scripts/train_xco2.py"


rule predict_xco2:
    input:
        series=f"{XCO2}/features/tiles/{{tile}}.nc",
        models=[f"{XCO2}/models/{{model}}-{{time_input}}.zip"],
        runs=[f"{XCO2}/models/{{model}}-{{time_input}}.run.json"],
        members=lambda w: xco2_spreads.spread_files(
            config["xco2"], XCO2, w.model, w.time_input, "members.zip"
        ),
        member_runs=lambda w: xco2_spreads.spread_files(
            config["xco2"], XCO2, w.model, w.time_input, "members.run.json"
        ),
        spread=lambda w: xco2_spreads.spread_files(
            config["xco2"], XCO2, w.model, w.time_input, "spread.json"
        ),
        library=lambda wildcards: xco2_library("predict_xco2.py", [wildcards.model]),
    output:
        tile=f"{XCO2}/product/{{model}}-{{time_input}}/tiles/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/predict_xco2-{{model}}-{{time_input}}-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_xco2-{{model}}-{{time_input}}-{{tile}}.tsv"
    group:
        group_of("maps")
    conda:
        "../../../envs/torch.yaml"
    resources:
        **needs(mem_mb=8000, runtime=1440, size=XCO2_TILE_SIZE, group="maps"),
    params:
        product="xco2",
        months=XCO2_SPAN.map_months,
        cell=XCO2_CELL,
        tile_cells=XCO2_PRODUCT["tile_cells"],
        precision=XCO2_PRODUCT["precision"],
        region=config["region"],
        steps=XCO2_SPAN.steps,
        window=XCO2_SPAN.window,
    message:
        "Predict xco2 by {wildcards.model} ({wildcards.time_input}) on tile {wildcards.tile}"
    script:
        "../../scripts/predict_xco2.py"


rule mosaic_xco2:
    input:
        tiles=expand(
            f"{XCO2}/product/{{{{model}}}}-{{{{time_input}}}}/tiles/{{tile}}.nc", tile=XCO2_TILES
        ),
        models=[f"{XCO2}/models/{{model}}-{{time_input}}.zip"],
        runs=[f"{XCO2}/models/{{model}}-{{time_input}}.run.json"],
        spread=lambda w: xco2_spreads.spread_files(
            config["xco2"], XCO2, w.model, w.time_input, "spread.json"
        ),
        library=xco2_library("mosaic_xco2.py"),
    output:
        years=expand(
            f"{XCO2}/product/{{{{model}}}}-{{{{time_input}}}}/xco2_{{year}}.nc",
            year=XCO2_SPAN.map_years,
        ),
    log:
        f"{RESULTS}/logs/mosaic_xco2-{{model}}-{{time_input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/mosaic_xco2-{{model}}-{{time_input}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=6000, runtime=120, size=XCO2_SIZE),
    params:
        product="xco2",
        tiles=XCO2_TILES,
        years=XCO2_SPAN.map_years,
        months=XCO2_SPAN.map_months,
        cell=XCO2_CELL,
        tile_cells=XCO2_PRODUCT["tile_cells"],
        precision=XCO2_PRODUCT["precision"],
        region=config["region"],
        archive=config["archive"],
        scale=SOUNDINGS["scale"],
        publish=config["publish"],
    message:
        "Put the tiles of a map of xco2 by {wildcards.model} ({wildcards.time_input}) together"
    script:
        "../../scripts/mosaic_xco2.py"
