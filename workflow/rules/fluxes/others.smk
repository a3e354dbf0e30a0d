"""Products of others beside those of the run where no other rule compares them."""


rule evaluate_flux_other_sif:
    input:
        products=lambda w: flux(w).map_files(flux(w).sif_years, maps=flux(w).shown_maps),
        others=lambda w: flux(w).other_files(flux(w).sif_years),
        sif=f"{FLUX}/sif/sif_monthly.nc",
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_other_sif.py"),
    output:
        maps=f"{FIGURE}_fig14.nc",
        climates=f"{FIGURE}_fig14_climates.csv",
        findings=findings(
            "evaluate_flux_other_sif", ["product"], [[SEEN.name]] if SEEN and SEEN.maps else []
        ),
    log:
        f"{RESULTS}/logs/evaluate_flux_other_sif-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_other_sif-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One month of one map at a time, of others at 0.05 degrees.
    resources:
        **needs(mem_mb=4000, runtime=90, size=flux_size),
    params:
        product=lambda w: w.product,
        others=lambda w: flux(w).other_products,
        min_months=of_flux("sif", "min_months"),
    message:
        "Correlate every product of {wildcards.product} with satellite fluorescence"
    script:
        "../../scripts/evaluate_flux_other_sif.py"
