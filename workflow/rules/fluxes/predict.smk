"""From trained models to maps: final training, tiles and yearly mosaics."""


rule train_gpp:
    input:
        samples=f"{GPP}/features/samples.parquet",
        series=SITE_SERIES,
        library=lambda wildcards: library("train_gpp.py", [wildcards.model]),
    output:
        model=f"{GPP}/models/{{model}}-{{pft}}.zip",
        run=f"{GPP}/models/{{model}}-{{pft}}.run.json",
    log:
        f"{RESULTS}/logs/train_gpp-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_gpp-{{model}}-{{pft}}.tsv"
    conda:
        "../../../envs/torch.yaml"
    # As many one-thread processes; the numbers do not depend on how many.
    threads: lambda wildcards: threads_of(wildcards.model, 12)
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        step=FEATURES["step"],
        window=PRODUCT["window"],
        options=lambda wildcards: config["gpp"]["models"][wildcards.model],
        seed=config["seed"],
        device=config["device"],
        scratch=f"{RESULTS}/scratch/train_gpp",
    script:
        "../../scripts/train_gpp.py"


rule predict_gpp:
    input:
        series=f"{GPP}/features/tiles/{{tile}}.nc",
        cover=expand(f"{GPP}/features/land_cover/grid_{{year}}.nc", year=PRODUCT_YEARS),
        models=lambda wildcards: expand(
            f"{GPP}/models/{{part}}-{{{{pft}}}}.zip", part=parts(wildcards)
        ),
        library=lambda wildcards: library("predict_gpp.py", parts(wildcards)),
    output:
        tile=f"{GPP}/product/{{model}}-{{pft}}/tiles/{{tile}}.nc",
    log:
        f"{RESULTS}/logs/predict_gpp-{{model}}-{{pft}}-{{tile}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_gpp-{{model}}-{{pft}}-{{tile}}.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        mem_mb=6000,
        runtime=240,
    params:
        product="gpp",
        step=FEATURES["step"],
        years=PRODUCT_YEARS,
        cell=CELL,
        tile_cells=PRODUCT["tile_cells"],
    script:
        "../../scripts/predict_gpp.py"


rule mosaic_gpp:
    input:
        tiles=expand(f"{GPP}/product/{{{{model}}}}-{{{{pft}}}}/tiles/{{tile}}.nc", tile=TILES),
        models=lambda wildcards: expand(
            f"{GPP}/models/{{part}}-{{{{pft}}}}.zip", part=parts(wildcards)
        ),
        runs=lambda wildcards: expand(
            f"{GPP}/models/{{part}}-{{{{pft}}}}.run.json", part=parts(wildcards)
        ),
        library=library("mosaic_gpp.py"),
    output:
        years=expand(f"{GPP}/product/{{{{model}}}}-{{{{pft}}}}/gpp_{{year}}.nc", year=PRODUCT_YEARS),
    log:
        f"{RESULTS}/logs/mosaic_gpp-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/mosaic_gpp-{{model}}-{{pft}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        product="gpp",
        tiles=TILES,
        years=PRODUCT_YEARS,
        cell=CELL,
        tile_cells=PRODUCT["tile_cells"],
        archive=config["archive"],
    script:
        "../../scripts/mosaic_gpp.py"
