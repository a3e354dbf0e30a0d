"""What finished maps of a flux are checked for and compared with."""

# What these steps leave out is listed with the inputs of the runs that make maps.
MAPPED = [[name] for name, plan in FLUXES.items() if plan.maps]


rule evaluate_flux_maps:
    input:
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        others=lambda w: flux(w).other_files(),
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_maps.py"),
    output:
        maps=f"{FIGURE}_fig11.nc",
        totals=f"{FIGURE}_fig16a.csv",
        growth=f"{FIGURE}_fig16a_growth.csv",
        findings=findings("evaluate_flux_maps", ["product"], MAPPED),
    log:
        f"{RESULTS}/logs/evaluate_flux_maps-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_maps-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One year of one map at a time, of others at 0.05 degrees.
    resources:
        **needs(mem_mb=4000, runtime=120, size=flux_size),
    params:
        product=lambda w: w.product,
        others=lambda w: flux(w).other_products,
        map_year=config["figures"]["map_year"],
    message:
        "Sum the maps of {wildcards.product} over cells and years"
    script:
        "../../scripts/evaluate_flux_maps.py"


rule check_flux_product:
    input:
        products=lambda w: [
            f"{FLUX}/product/{{model}}-{{pft}}/{w.product}_{year}.nc".format(**w)
            for year in flux(w).map_years
        ],
        tiles=lambda w: expand(
            f"{FLUX}/product/{{model}}-{{pft}}/tiles/{{tile}}.nc", **w, tile=flux(w).tiles
        ),
        classes=features("cell_classes.nc"),
        library=flux_library("check_flux_product.py"),
    output:
        touch(f"{FLUX}/product/{{model}}-{{pft}}/product.checked"),
    log:
        f"{RESULTS}/logs/check_flux_product-{{product}}-{{model}}-{{pft}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_flux_product-{{product}}-{{model}}-{{pft}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=60, size=flux_size),
    params:
        product=lambda w: w.product,
        plausible=lambda w: [flux(w).map["total_low"], flux(w).map["total_high"]],
        # The total of a simulated Earth proves nothing: it is said, not refused.
        strict=not SIMULATED,
        region=config["region"],
    message:
        "Check the finished map of {wildcards.product} by {wildcards.model}"
    script:
        "../../scripts/check_flux_product.py"


rule evaluate_flux_sif:
    input:
        products=lambda w: flux(w).map_files(sorted({int(m[:4]) for m in flux(w).sif_months})),
        sif=f"{FLUX}/sif/sif_monthly.nc",
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_sif.py"),
    output:
        maps=f"{FIGURE}_fig08.nc",
        climates=f"{FIGURE}_fig08_climates.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_sif-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_sif-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One month of one map at a time.
    resources:
        **needs(mem_mb=3000, runtime=60, size=flux_size),
    params:
        product=lambda w: w.product,
        min_months=of_flux("sif", "min_months"),
    message:
        "Correlate the maps of {wildcards.product} with satellite fluorescence"
    script:
        "../../scripts/evaluate_flux_sif.py"


# The one rule of fluxes that reads the truth, at the end of everything.
rule evaluate_flux_truth:
    input:
        truth=f"{TRUTH}/grid.nc",
        true_sites=f"{TRUTH}/sites.nc",
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        classes=features("cell_classes.nc"),
        predictions=lambda w: flux(w).crossvalidated_maps(),
        samples=f"{FLUX}/features/samples.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("evaluate_flux_truth.py"),
    output:
        scores=f"{FIGURE}_truth_scores.csv",
        skill=f"{FIGURE}_truth_skill.csv",
        totals=f"{FIGURE}_truth_totals.csv",
        growth=f"{FIGURE}_truth_growth.csv",
        gap=f"{FIGURE}_truth_gap.csv",
        cover=f"{FIGURE}_truth_cover.csv",
        applicability=f"{FIGURE}_truth_applicability.csv",
        maps=f"{FIGURE}_truth_map.nc",
    log:
        f"{RESULTS}/logs/evaluate_flux_truth-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_truth-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=15),
    params:
        product=lambda w: w.product,
        map_year=config["figures"]["map_year"],
    message:
        "Compare the maps of {wildcards.product} with the true ones"
    script:
        "../../scripts/evaluate_flux_truth.py"


rule evaluate_flux_regions:
    input:
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        others=lambda w: flux(w).other_files(),
        regions=str(BASE / "resources" / "regions" / "srex.csv"),
        library=flux_library("evaluate_flux_regions.py"),
    output:
        latitude=f"{FIGURE}_fig12_latitude.csv",
        regions=f"{FIGURE}_fig12_regions.csv",
        mask=f"{FIGURE}_figa1.nc",
        findings=findings("evaluate_flux_regions", ["product"], MAPPED),
    log:
        f"{RESULTS}/logs/evaluate_flux_regions-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_regions-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One year of one map at a time, of others at 0.05 degrees.
    resources:
        **needs(mem_mb=4000, runtime=120, size=flux_size),
    params:
        product=lambda w: w.product,
        others=lambda w: flux(w).other_products,
    message:
        "Sum the maps of {wildcards.product} by latitude and region"
    script:
        "../../scripts/evaluate_flux_regions.py"


rule evaluate_flux_products:
    input:
        products=lambda w: flux(w).map_files(maps=flux(w).product_maps),
        others=lambda w: flux(w).other_files(),
        predictions=lambda w: flux(w).crossvalidated_maps(),
        samples=f"{FLUX}/features/samples.parquet",
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("evaluate_flux_products.py"),
    output:
        scores=f"{FIGURE}_fig15.csv",
        differences=f"{FIGURE}_fig15_differences.csv",
        findings=findings("evaluate_flux_products", ["product"], MAPPED),
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
        others=lambda w: flux(w).other_products,
        draws=of_flux("evaluation", "bootstrap_draws"),
        seed=config["seed"],
    message:
        "Compare the maps of {wildcards.product} with the towers"
    script:
        "../../scripts/evaluate_flux_products.py"
