"""The report: one file that holds the whole run."""


rule write_report:
    input:
        figures=expand(f"{FIGURES}/{{figure}}.png", figure=FIGURE_NAMES),
        captions=expand(
            str(BASE / "workflow" / "report" / "{figure}.rst"),
            figure=FIGURE_NAMES,
        ),
        template=str(BASE / "workflow" / "report" / "report.html.j2"),
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
        REPORT,
    log:
        f"{RESULTS}/logs/write_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_report.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        config=config,
    script:
        "../scripts/write_report.py"
