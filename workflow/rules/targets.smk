"""Parts of a run that a person may ask for by name; `snakemake --list-target-rules` lists them."""

CROSSVALIDATIONS = [
    *(path for plan in FLUXES.values() for path in [*plan.experiments(), *plan.holdouts()]),
    *(xco2_experiments() if "columns" in WINGS else []),
]
MAPS = [
    *(path for plan in FLUXES.values() for path in plan.map_files()),
    *(XCO2_PRODUCT_FILES if "columns" in WINGS else []),
]
# Of rules of these verbs all that they write is a result, whether or not another step reads it.
RESULT_VERBS = ("crossvalidate", "blend", "mosaic", "score", "evaluate")


def with_siblings(paths):
    """Files, and what the rules that write them write beside them."""
    rules = [rule for rule in workflow.rules if rule.name.startswith(RESULT_VERBS)]
    found = dict.fromkeys(paths)
    for path in paths:
        for rule in rules:
            if any(output.match(path) for output in rule.output):
                found |= dict.fromkeys(map(str, rule.expand_output(rule.get_wildcards(path))[0]))
    return list(found)


def results_of(product):
    """All that a person takes away of a product: what is lost of it comes back."""
    files = [*SCORED[product].values(), *COUNTED[product].values()]
    if product in FLUXES:
        plan = FLUXES[product]
        files += [plan.experiments(), plan.holdouts(), plan.map_files()]
        files += [f"{plan.root}/crossval/{scheme}/folds.json" for scheme in plan.schemes]
    else:
        files += [xco2_experiments(), XCO2_PRODUCT_FILES]
    for figure in DRAWN[product]:
        files += [f"{FIGURES}/{figure.name(product)}.{kind}" for kind in ("png", "pdf")]
        files += figure.files(product, f"{RESULTS}/{product}").values()
    return [
        f"{RESULTS}/report/{PAGES[product]}",
        *CHECKED[product],
        f"{RESULTS}/inputs.csv",
        *with_siblings(
            [path for part in files for path in ([part] if isinstance(part, str) else part)]
        ),
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
    """Every figure; a single one is asked for by its rule, such as plot_gpp_fig05."""
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
