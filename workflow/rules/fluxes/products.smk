"""Finished maps against the towers."""


rule evaluate_flux_products:
    input:
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        predictions=lambda w: flux(w).crossvalidated_maps(),
        samples=f"{FLUX}/features/samples.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("evaluate_flux_products.py"),
    output:
        scores=f"{FIGURE}_fig15.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_products-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_products-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One month of one map at a time.
    resources:
        **needs(mem_mb=3000, runtime=60, size=flux_size),
    params:
        product=lambda w: w.product,
        draws=of_flux("evaluation", "bootstrap_draws"),
        seed=config["seed"],
    message:
        "Compare the maps of {wildcards.product} with the towers"
    script:
        "../../scripts/evaluate_flux_products.py"
