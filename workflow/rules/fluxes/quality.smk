"""From native files to months: of towers, the targets, and of fluorescence on the grid."""


rule read_towers:
    input:
        files=tower_files(),
        sites=tower_table("sites"),
        predictors=tower_table("predictors"),
        library=library("read_towers.py"),
    output:
        archive=f"{GPP}/towers/archive.parquet",
        sites=f"{GPP}/towers/sites.csv",
    log:
        f"{RESULTS}/logs/read_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/read_towers.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=15,
    script:
        "../../scripts/read_towers.py"


rule filter_towers:
    input:
        archive=f"{GPP}/towers/archive.parquet",
        library=library("filter_towers.py"),
    output:
        months=f"{GPP}/towers/months.parquet",
        counts=f"{GPP}/towers/filter_counts.csv",
        fences=f"{GPP}/towers/fences.json",
    log:
        f"{RESULTS}/logs/filter_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_towers.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        quality=config["gpp"]["quality"],
    script:
        "../../scripts/filter_towers.py"


rule grid_sif:
    input:
        files=raw("tropomi_sif", *(SIF_DAYS if SIMULATED else RAW.sif_found(SIF_MONTHS))),
        library=library("grid_sif.py"),
    output:
        sif=f"{GPP}/sif/sif_monthly.nc",
    log:
        f"{RESULTS}/logs/grid_sif.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid_sif.tsv"
    conda:
        "../../../envs/science.yaml"
    # All months of the grid at 0.1 degree, twice.
    resources:
        mem_mb=6000,
        runtime=240,
    params:
        cell=CELL,
        months=SIF_MONTHS,
        max_cloud_fraction=SIF["max_cloud_fraction"],
        min_count=SIF["min_count"],
    script:
        "../../scripts/grid_sif.py"
