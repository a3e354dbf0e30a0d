"""What the claims of the paper about maps are put to, beside the tables of the figures."""


rule evaluate_flux_region_means:
    input:
        figures=lambda w: claim_maps(w.product, flux(w).root, DRAWN[w.product]),
        mask=f"{FIGURE}_figa1.nc",
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_region_means.py"),
    output:
        table=f"{FIGURE}_region_means.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_region_means-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_region_means-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # All maps of one variable.
    resources:
        **needs(mem_mb=3000, runtime=30, size=flux_size),
    message:
        "Average the maps of {wildcards.product} over the regions that claims name"
    script:
        "../../scripts/evaluate_flux_region_means.py"
