"""The report: one page a product that holds all of its run; pages link to one another."""

# The page that a person opens first: of the first flux of the run.
FRONT = next((name for name in MADE if get_product(name).wing == "fluxes"), None)
PAGES = {
    name: "index.html" if name == FRONT else f"{name}.html"
    for name in sorted(MADE, key=lambda name: name != FRONT)
}
REPORTS = [f"{RESULTS}/report/{page}" for page in PAGES.values()]

# By product: its checks, the files of every page, and those that its wing alone shows.
CHECKED, SHARED_FILES, WING_FILES = {}, {}, {}
if "gpp" in MADE:
    CHECKED["gpp"] = [*CHECKS, *PRODUCT_CHECKS]
    SHARED_FILES["gpp"] = {
        "scorecard": f"{GPP}/scores/scorecard.csv",
        "tables": [*CROSSVAL_TABLES, *MAP_TABLES, *TRUTH_TABLES],
        "runs": [*experiments(suffix="run.json"), *holdouts(suffix="run.json")],
    }
    WING_FILES["gpp"] = {
        "filter_counts": f"{GPP}/towers/filter_counts.csv",
        "sample_counts": f"{GPP}/features/sample_counts.csv",
        "folds": expand(f"{GPP}/crossval/{{scheme}}/folds.json", scheme=SPLITS),
    }
if "xco2" in MADE:
    CHECKED["xco2"] = [
        *rules.check_xco2_predictions.output,
        *expand(f"{XCO2}/product/{{product}}/product.checked", product=XCO2_PRODUCTS),
    ]
    SHARED_FILES["xco2"] = {
        "scorecard": f"{XCO2}/scores/scorecard.csv",
        "tables": XCO2_TABLES,
        "runs": xco2_experiments(suffix="run.json"),
    }
    WING_FILES["xco2"] = {
        "granules": expand(f"{XCO2}/soundings/{{instrument}}_granules.csv", instrument=INSTRUMENTS),
        "sample_counts": f"{XCO2}/sample_counts.csv",
        "sites": f"{XCO2}/tccon/sites.csv",
    }
ALL_CHECKS = [path for name in MADE for path in CHECKED[name]]

for product in MADE:

    rule:
        name:
            f"write_{product}_report"
        input:
            **SHARED_FILES[product],
            **WING_FILES[product],
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
            library=library(
                "write_report.py", modules=[f"carbonscape.{get_product(product).wing}.report"]
            ),
        output:
            f"{RESULTS}/report/{PAGES[product]}",
        log:
            f"{RESULTS}/logs/write_{product}_report.log",
        benchmark:
            f"{RESULTS}/benchmarks/write_{product}_report.tsv"
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
            files=list(WING_FILES[product]),
        script:
            "../scripts/write_report.py"
