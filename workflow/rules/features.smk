"""From tower months and predictor tables to the samples that models read."""


rule build_site_series:
    input:
        predictors=tower_table("predictors"),
        sites=f"{GPP}/towers/sites.csv",
        library=library("build_site_series.py"),
    output:
        series=f"{GPP}/features/site_series.nc",
    log:
        f"{RESULTS}/logs/build_site_series.log",
    benchmark:
        f"{RESULTS}/benchmarks/build_site_series.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        features={
            key: config["gpp"]["features"][key]
            for key in ("step", "variables", "max_gap_steps", "gap_climatology")
        },
    script:
        "../scripts/build_site_series.py"


rule select_samples:
    input:
        months=f"{GPP}/towers/months.parquet",
        series=f"{GPP}/features/site_series.nc",
        library=library("select_samples.py"),
    output:
        samples=f"{GPP}/features/samples.parquet",
        counts=f"{GPP}/features/sample_counts.csv",
    log:
        f"{RESULTS}/logs/select_samples.log",
    benchmark:
        f"{RESULTS}/benchmarks/select_samples.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        step=config["gpp"]["features"]["step"],
        incomplete_windows=config["gpp"]["features"]["incomplete_windows"],
        windows=CROSSVAL["windows"],
    script:
        "../scripts/select_samples.py"
