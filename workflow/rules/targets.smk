"""Parts of a run that a person may ask for by name; `snakemake --list-target-rules` lists them."""

CROSSVALIDATIONS = [
    *(path for plan in FLUXES.values() for path in plan.every_experiment()),
    *(xco2_experiments() if "columns" in WINGS else []),
]
MAPS = [
    *(path for plan in FLUXES.values() for path in plan.map_files()),
    *(XCO2_PRODUCT_FILES if "columns" in WINGS else []),
]


localrules:
    all,
    crossval,
    maps,
    figures,


rule crossval:
    """Every cross-validation: out-of-fold predictions of all models and settings."""
    input:
        CROSSVALIDATIONS,
    message:
        "Every cross-validation is there"


rule maps:
    """Every finished map, one file a year."""
    input:
        MAPS,
    message:
        "Every map is there"


rule figures:
    """Every figure; those of one section of a report are asked for as plot_gpp_climates."""
    input:
        [f"{FIGURES}/{figure.name(name)}.png" for name in MADE for figure in DRAWN[name]],
    message:
        "Every figure is there"


TAKEN = {product: results_of(product) for product in MADE}


for product in MADE:

    rule:
        """One product: its maps, scores, figures and page of the report, and its checks."""
        name:
            product
        input:
            whole(TAKEN[product]),
        message:
            f"All of {get_product(product).label} is there"
