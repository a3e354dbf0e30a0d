"""The report: one page a product that holds all of its run; pages link to one another."""

PAGES = {"gpp": "index.html", "xco2": "xco2.html"}
REPORTS = [f"{RESULTS}/report/{PAGES[product]}" for product in PAGES if product in MADE]
ALL_CHECKS = [
    *([*CHECKS, *PRODUCT_CHECKS] if "gpp" in MADE else []),
    *(XCO2_CHECKS if "xco2" in MADE else []),
]


rule write_report:
    input:
        figures=expand(f"{FIGURES}/{{figure}}.png", figure=FIGURE_NAMES),
        captions=expand(
            str(BASE / "workflow" / "report" / "{figure}.rst"),
            figure=FIGURE_NAMES,
        ),
        template=str(BASE / "workflow" / "report" / "report.html.j2"),
        frame=str(BASE / "workflow" / "report" / "page.html.j2"),
        deviations=str(BASE / "docs" / "deviations.md"),
        scorecard=f"{GPP}/scores/scorecard.csv",
        filter_counts=f"{GPP}/towers/filter_counts.csv",
        sample_counts=f"{GPP}/features/sample_counts.csv",
        tables=[
            *CROSSVAL_TABLES,
            *MAP_TABLES,
            *TRUTH_TABLES,
        ],
        folds=expand(f"{GPP}/crossval/{{scheme}}/folds.json", scheme=SPLITS),
        runs=[*experiments(suffix="run.json"), *holdouts(suffix="run.json")],
        checks=[*CHECKS, *PRODUCT_CHECKS],
        library=library("write_report.py"),
    output:
        f"{RESULTS}/report/index.html",
    log:
        f"{RESULTS}/logs/write_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_report.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        config=config,
        pages={name: page for name, page in PAGES.items() if name in MADE},
    script:
        "../../scripts/write_report.py"
