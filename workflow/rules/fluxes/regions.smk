"""Sums of a flux by latitude and by region of the land."""


rule evaluate_flux_regions:
    input:
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        regions=str(BASE / "resources" / "regions" / "srex.csv"),
        library=flux_library("evaluate_flux_regions.py"),
    output:
        latitude=f"{FIGURE}_fig12_latitude.csv",
        regions=f"{FIGURE}_fig12_regions.csv",
        mask=f"{FIGURE}_figa1.nc",
    log:
        f"{RESULTS}/logs/evaluate_flux_regions-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_regions-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One year of one map at a time.
    resources:
        **needs(mem_mb=3000, runtime=60, size=flux_size),
    params:
        product=lambda w: w.product,
    message:
        "Sum the maps of {wildcards.product} by latitude and region"
    script:
        "../../scripts/evaluate_flux_regions.py"
