"""The rules and the network of the run themselves, for the schemes of the reports."""

from carbonscape.core.rule_graph import edges_later
from carbonscape.models.layer_lists import what_decides

for product in MADE:

    rule:
        name:
            f"list_{product}_rules"
        input:
            library=library("list_rules.py"),
        output:
            f"{RESULTS}/{product}/figures/{product}_rules.csv",
        log:
            f"{RESULTS}/logs/list_{product}_rules.log",
        benchmark:
            f"{RESULTS}/benchmarks/list_{product}_rules.tsv"
        localrule: True
        conda:
            "../../envs/science.yaml"
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            edges=edges_later(
                workflow,
                [f"{RESULTS}/report/{PAGES[product]}", *results_of(product)],
                {
                    figure.stem: [*figure.files(product, f"{RESULTS}/{product}").values()]
                    for figure in DRAWN[product]
                },
                raw=str(RAW.root),
            ),
        message:
            f"List the rules behind {get_product(product).label}"
        script:
            "../scripts/list_rules.py"

    rule:
        name:
            f"list_{product}_layers"
        input:
            library=library(
                "list_layers.py",
                models=[],
                products=[product],
                modules=[f"carbonscape.{get_product(product).wing}.evaluation.network"],
            ),
        output:
            f"{RESULTS}/{product}/figures/{product}_layers.csv",
        log:
            f"{RESULTS}/logs/list_{product}_layers.log",
        benchmark:
            f"{RESULTS}/benchmarks/list_{product}_layers.tsv"
        localrule: True
        conda:
            "../../envs/science.yaml"
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            **what_decides(
                config[product],
                [name for name in MODELS if name in models_of_run(config[product])],
            ),
            network=f"carbonscape.{get_product(product).wing}.evaluation.network",
            figures={key: config["figures"][key] for key in ("window", "pft")},
        message:
            f"List the layers of the network of {get_product(product).label}"
        script:
            "../scripts/list_layers.py"
