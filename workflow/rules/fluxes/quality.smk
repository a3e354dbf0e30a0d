"""From native files to months: of towers, the targets, and of fluorescence on the grid."""


rule read_towers:
    input:
        files=tower_files(),
        sites=tower_table("sites"),
        predictors=tower_table("predictors"),
        library=library("read_towers.py"),
    output:
        archive=f"{TOWER_DATA}/archive.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        findings=findings("read_towers"),
    log:
        f"{RESULTS}/logs/read_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/read_towers.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        accept_implausible=accepted("implausible", "fluxnet2015"),
        leave_out=config["inputs"]["leave_out_towers"],
        # Searched for files that look like those of towers and are not read.
        folder=None if SIMULATED or not TOWERS else str(TOWERS),
    message:
        "Read the monthly files of the flux towers"
    script:
        "../../scripts/read_towers.py"


# Apart from reading: it warns alone, and an edit of the maps that it asks trains nothing anew.
rule check_tower_places:
    input:
        sites=f"{TOWER_DATA}/sites.csv",
        geography=[
            str(BASE / "resources" / "geography" / name)
            for name in ("countries.csv", "land_share.nc", "koppen.nc")
        ],
        library=library("check_tower_places.py"),
    output:
        findings=findings("check_tower_places"),
    log:
        f"{RESULTS}/logs/check_tower_places.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_tower_places.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Compare the places of the towers with their countries, the land and its climates"
    script:
        "../../scripts/check_tower_places.py"


rule filter_towers:
    input:
        archive=f"{TOWER_DATA}/archive.parquet",
        library=flux_library("filter_towers.py"),
    output:
        months=f"{FLUX}/towers/months.parquet",
        counts=f"{FLUX}/towers/filter_counts.csv",
        fences=f"{FLUX}/towers/fences.json",
        findings=findings("filter_towers", ["product"], [[name] for name in FLUXES]),
    log:
        f"{RESULTS}/logs/filter_towers-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_towers-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        quality=of_flux("quality"),
        accept_implausible=accepted("implausible", "fluxnet2015"),
    message:
        "Select the tower months that serve as targets of {wildcards.product}"
    script:
        "../../scripts/filter_towers.py"


if SEEN:

    rule grid_sif:
        input:
            files=raw("tropomi_sif", *(SIF_DAYS if SIMULATED else RAW.sif_found(SEEN.sif_months))),
            library=library("grid_sif.py"),
        output:
            sif=f"{SEEN.root}/sif/sif_monthly.nc",
            findings=findings("grid_sif", jobs=[()] if SEEN.maps else []),
        log:
            f"{RESULTS}/logs/grid_sif.log",
        benchmark:
            f"{RESULTS}/benchmarks/grid_sif.tsv"
        conda:
            "../../../envs/science.yaml"
        # All months of the grid at 0.1 degree, twice.
        resources:
            **needs(
                mem_mb=6000, runtime=240, size=native(grid_share(SEEN.cell, PAPER_CELLS["fluxes"]))
            ),
        params:
            cell=SEEN.cell,
            months=SEEN.sif_months,
            max_cloud_fraction=SEEN.section["sif"]["max_cloud_fraction"],
            min_count=SEEN.section["sif"]["min_count"],
            accept_incomplete=accepted("incomplete", "tropomi_sif"),
        message:
            "Average satellite fluorescence over months and grid cells"
        script:
            "../../scripts/grid_sif.py"
