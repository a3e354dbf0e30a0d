"""What years and settings of the land cover change on the maps of a flux."""


rule evaluate_flux_variability:
    input:
        products=lambda w: flux(w).map_files(
            maps=list(dict.fromkeys([*flux(w).shown_maps, *flux(w).compared_maps]))
        ),
        others=lambda w: flux(w).other_files(),
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_variability.py"),
    output:
        settings=f"{FIGURE}_fig07.nc",
        products=f"{FIGURE}_fig13.nc",
        table=f"{FIGURE}_fig13_variability.csv",
        findings=findings(
            "evaluate_flux_variability",
            ["product"],
            [[name] for [name] in MAPPED if "years" in FLUXES[name].available],
        ),
    log:
        f"{RESULTS}/logs/evaluate_flux_variability-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_variability-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # Mean and spread of every map, and one month of one of them, of others at 0.05 degrees.
    resources:
        **needs(mem_mb=4000, runtime=150, size=flux_size),
    params:
        product=lambda w: w.product,
        settings=lambda w: flux(w).compared_maps,
        products=lambda w: flux(w).shown_maps,
        others=lambda w: flux(w).other_products,
    message:
        "Compute the interannual variability of {wildcards.product} on the maps"
    script:
        "../../scripts/evaluate_flux_variability.py"


rule evaluate_flux_covers:
    input:
        products=lambda w: flux(w).map_files([flux(w).cover_year], maps=flux(w).cover_maps),
        cover=lambda w: f"{FEATURES[w.product]}/land_cover/grid_{flux(w).cover_year}.nc",
        classes=features("cell_classes.nc"),
        library=flux_library("evaluate_flux_covers.py"),
    output:
        maps=f"{FIGURE}_fig10.nc",
        table=f"{FIGURE}_fig10_climates.csv",
        findings=findings("evaluate_flux_covers", ["product"], MAPPED),
    log:
        f"{RESULTS}/logs/evaluate_flux_covers-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_covers-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # The fractions of all classes in a year.
    resources:
        **needs(mem_mb=3000, runtime=30, size=flux_size),
    params:
        product=lambda w: w.product,
        year=lambda w: flux(w).cover_year,
    message:
        "Compare ESA-CCI with IGBP in {wildcards.product} and land cover"
    script:
        "../../scripts/evaluate_flux_covers.py"


for name, plan in FLUXES.items():
    SCORED[name]["tables"] += [
        f"{plan.root}/figures/{name}_{table}.csv"
        for table in ("fig10_climates", "fig13_variability")
        if plan.maps and (table == "fig10_climates" or "years" in plan.available)
    ]
