"""The report: one page a product that holds all of its run; pages link to one another."""

PAGES = {
    name: f"{name}.html"
    for name in sorted(MADE, key=lambda name: get_product(name).wing != "fluxes")
}
# The page that a person opens first, and those of the products.
REPORTS = [f"{RESULTS}/report/{page}" for page in ("index.html", *PAGES.values())]

for product in MADE:

    rule:
        name:
            f"write_{product}_report"
        input:
            **SCORED[product],
            **COUNTED[product],
            figures=[f"{FIGURES}/{figure.name(product)}.png" for figure in DRAWN[product]],
            captions=[
                str(
                    BASE / "workflow" / "report" / get_product(product).wing / f"{figure.stem}.rst"
                )
                for figure in DRAWN[product]
            ],
            template=str(BASE / "workflow" / "report" / f"{get_product(product).wing}.html.j2"),
            frame=str(BASE / "workflow" / "report" / "page.html.j2"),
            macros=str(BASE / "workflow" / "report" / "macros.html.j2"),
            deviations=str(BASE / "docs" / "deviations.md"),
            checks=CHECKED[product],
            inputs=f"{RESULTS}/inputs.csv",
            library=library(
                "write_report.py", modules=[f"carbonscape.{get_product(product).wing}.report"]
            ),
        output:
            f"{RESULTS}/report/{PAGES[product]}",
        log:
            f"{RESULTS}/logs/write_{product}_report.log",
        benchmark:
            f"{RESULTS}/benchmarks/write_{product}_report.tsv"
        localrule: True
        conda:
            "../../envs/science.yaml"
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            product=product,
            config=config,
            told=words_of(product),
            sections=sections_of(product, AVAILABLE[product]),
            pages=PAGES,
            files=list(COUNTED[product]),
        message:
            f"Write the page of the report on {get_product(product).label}"
        script:
            "../scripts/write_report.py"
