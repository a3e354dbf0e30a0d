"""From native tower files to the months that serve as targets."""


rule read_towers:
    input:
        files=TOWER_FILES,
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
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=15,
    script:
        "../scripts/read_towers.py"


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
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        quality=config["gpp"]["quality"],
    script:
        "../scripts/filter_towers.py"
