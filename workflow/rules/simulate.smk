"""The simulated archive: the files that a user of the real one would hold."""


rule simulate_towers:
    input:
        library=library("simulate_towers.py"),
    output:
        bundle=f"resources/raw/simulated/towers-{config['run']}/fluxnet2015.zip",
        sites=f"resources/raw/simulated/towers-{config['run']}/sites.csv",
        predictors=f"resources/raw/simulated/towers-{config['run']}/predictors_monthly.csv.gz",
        # The truth lies apart: only an evaluation may read it.
        truth=f"resources/raw/simulated/truth-{config['run']}/towers.parquet",
    log:
        f"{RESULTS}/logs/simulate_towers.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_towers.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        simulation=config["simulation"],
        seed=config["seed"],
    script:
        "../scripts/simulate_towers.py"
