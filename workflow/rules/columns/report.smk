"""The page of the report on XCO2."""

XCO2_CHECKS = [
    *rules.check_xco2_predictions.output,
    *expand(f"{XCO2}/product/{{product}}/product.checked", product=XCO2_PRODUCTS),
]
XCO2_FIGURE_NAMES = [
    f"xco2_{name}"
    for name in ("fig02", "fig03", "fig05", "fig06", "fig07", "fig08")
    + ("fig09", "fig10", "fig11", "fig12", "validation")
    + (("truth",) if SIMULATED else ())
]
XCO2_TABLES = [
    f"{XCO2}/scores/{name}.csv"
    for name in ("table4_continents", "validation", "tccon", "tccon_sites", "table4_annual")
    + ("totals", *(("truth", "truth_gap") if SIMULATED else ()))
]


rule evaluate_xco2_scorecard:
    input:
        reported=str(BASE / "resources" / "reported_values_xco2.csv"),
        scores=f"{XCO2}/scores/crossval.csv",
        tccon=f"{XCO2}/scores/tccon.csv",
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        table4_annual=f"{XCO2}/scores/table4_annual.csv",
        totals=f"{XCO2}/scores/totals.csv",
        library=library("evaluate_xco2_scorecard.py"),
    output:
        scorecard=f"{XCO2}/scores/scorecard.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_scorecard.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_scorecard.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        product="xco2",
        shown=XCO2_FIGURES_SHOWN,
    script:
        "../../scripts/evaluate_xco2_scorecard.py"


rule write_xco2_report:
    input:
        figures=expand(f"{FIGURES}/{{figure}}.png", figure=XCO2_FIGURE_NAMES),
        captions=expand(
            str(BASE / "workflow" / "report" / "{figure}.rst"), figure=XCO2_FIGURE_NAMES
        ),
        template=str(BASE / "workflow" / "report" / "xco2.html.j2"),
        frame=str(BASE / "workflow" / "report" / "page.html.j2"),
        deviations=str(BASE / "docs" / "deviations.md"),
        scorecard=f"{XCO2}/scores/scorecard.csv",
        granules=expand(f"{XCO2}/soundings/{{instrument}}_granules.csv", instrument=INSTRUMENTS),
        sample_counts=f"{XCO2}/sample_counts.csv",
        sites=f"{XCO2}/tccon/sites.csv",
        tables=XCO2_TABLES,
        runs=xco2_experiments(suffix="run.json"),
        checks=XCO2_CHECKS,
        library=library("write_xco2_report.py"),
    output:
        f"{RESULTS}/report/xco2.html",
    log:
        f"{RESULTS}/logs/write_xco2_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_xco2_report.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        config=config,
        pages={"gpp": "index.html", "xco2": "xco2.html"},
    script:
        "../../scripts/write_xco2_report.py"
