"""The rules of the run themselves, for the schemes of the reports."""

from carbonscape.core.rule_graph import edges_later

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
