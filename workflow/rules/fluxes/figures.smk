"""One rule a figure. Each draws saved numbers and computes nothing."""

FIGURE_NAMES = (
    "gpp_fig01",
    *CROSSVAL_FIGURES,
    *COMPARISON_FIGURES,
    *MAP_FIGURES,
    *TRUTH_FIGURES,
)
# The product that is drawn beside the truth: the first, as models stand in the configuration.
SHOWN_PRODUCT = PRODUCTS[0] if PRODUCTS else None
LAND = str(BASE / "resources" / "geography" / "land_110m.geojson")


rule plot_gpp_fig01:
    input:
        towers=f"{FIGURE_DATA}/gpp_fig01_towers.csv",
        classes=f"{FIGURE_DATA}/gpp_fig01_classes.csv",
        land=LAND,
        library=library("plot_gpp_fig01.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig01.png",
            caption="../../report/gpp_fig01.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig01.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig01.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig01.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_fig01.py"


rule plot_gpp_fig04:
    input:
        data=f"{FIGURE_DATA}/gpp_fig04.csv",
        library=library("plot_gpp_fig04.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig04.png",
            caption="../../report/gpp_fig04.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig04.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig04.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig04.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
    script:
        "../../scripts/plot_gpp_fig04.py"


rule plot_gpp_fig05:
    input:
        data=f"{FIGURE_DATA}/gpp_fig05.csv",
        library=library("plot_gpp_fig05.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig05.png",
            caption="../../report/gpp_fig05.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig05.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig05.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig05.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_fig05.py"


rule plot_gpp_fig06:
    input:
        data=f"{FIGURE_DATA}/gpp_fig06.csv",
        library=library("plot_gpp_fig06.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig06.png",
            caption="../../report/gpp_fig06.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig06.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig06.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig06.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_fig06.py"


rule plot_gpp_monthly_scores:
    input:
        data=f"{FIGURE_DATA}/gpp_monthly_scores.csv",
        library=library("plot_gpp_monthly_scores.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_monthly_scores.png",
            caption="../../report/gpp_monthly_scores.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_monthly_scores.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_monthly_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_monthly_scores.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_monthly_scores.py"


rule plot_gpp_scatter:
    input:
        data=f"{FIGURE_DATA}/gpp_scatter.csv",
        library=library("plot_gpp_scatter.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_scatter.png",
            caption="../../report/gpp_scatter.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_scatter.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_scatter.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_scatter.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_scatter.py"


rule plot_gpp_seasonal_cycle:
    input:
        data=f"{FIGURE_DATA}/gpp_seasonal_cycle.csv",
        library=library("plot_gpp_seasonal_cycle.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_seasonal_cycle.png",
            caption="../../report/gpp_seasonal_cycle.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_seasonal_cycle.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_seasonal_cycle.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_seasonal_cycle.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_seasonal_cycle.py"


rule plot_gpp_site_scores:
    input:
        data=f"{FIGURE_DATA}/gpp_site_scores.csv",
        library=library("plot_gpp_site_scores.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_site_scores.png",
            caption="../../report/gpp_site_scores.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_site_scores.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_site_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_site_scores.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_site_scores.py"


rule plot_gpp_quantities:
    input:
        data=f"{FIGURE_DATA}/gpp_quantities.csv",
        library=library("plot_gpp_quantities.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_quantities.png",
            caption="../../report/gpp_quantities.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_quantities.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_quantities.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_quantities.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_quantities.py"


rule plot_gpp_differences:
    input:
        data=f"{FIGURE_DATA}/gpp_differences.csv",
        library=library("plot_gpp_differences.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_differences.png",
            caption="../../report/gpp_differences.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_differences.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_differences.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_differences.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_differences.py"


rule plot_gpp_holdouts:
    input:
        data=f"{FIGURE_DATA}/gpp_holdouts.csv",
        library=library("plot_gpp_holdouts.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_holdouts.png",
            caption="../../report/gpp_holdouts.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_holdouts.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_holdouts.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_holdouts.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_holdouts.py"


rule plot_gpp_costs:
    input:
        data=f"{FIGURE_DATA}/gpp_costs.csv",
        library=library("plot_gpp_costs.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_costs.png",
            caption="../../report/gpp_costs.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_costs.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_costs.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_costs.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_costs.py"


rule plot_gpp_fig11:
    input:
        data=f"{FIGURE_DATA}/gpp_fig11.nc",
        land=LAND,
        library=library("plot_gpp_fig11.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig11.png",
            caption="../../report/gpp_fig11.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig11.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig11.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig11.tsv"
    conda:
        "../../../envs/science.yaml"
    # The maps of all products at 0.1 degree.
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
    script:
        "../../scripts/plot_gpp_fig11.py"


rule plot_gpp_fig08:
    input:
        maps=f"{FIGURE_DATA}/gpp_fig08.nc",
        climates=f"{FIGURE_DATA}/gpp_fig08_climates.csv",
        land=LAND,
        library=library("plot_gpp_fig08.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig08.png",
            caption="../../report/gpp_fig08.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig08.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig08.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig08.tsv"
    conda:
        "../../../envs/science.yaml"
    # The maps of all products at 0.1 degree.
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
    script:
        "../../scripts/plot_gpp_fig08.py"


rule plot_gpp_fig16a:
    input:
        data=f"{FIGURE_DATA}/gpp_fig16a.csv",
        library=library("plot_gpp_fig16a.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig16a.png",
            caption="../../report/gpp_fig16a.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig16a.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig16a.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig16a.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
    script:
        "../../scripts/plot_gpp_fig16a.py"


rule plot_gpp_truth_map:
    input:
        data=f"{FIGURE_DATA}/gpp_truth_map.nc",
        land=LAND,
        library=library("plot_gpp_truth_map.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_truth_map.png",
            caption="../../report/gpp_truth_map.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_truth_map.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_truth_map.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_truth_map.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        product=SHOWN_PRODUCT,
    script:
        "../../scripts/plot_gpp_truth_map.py"


rule plot_gpp_truth_scores:
    input:
        scores=f"{FIGURE_DATA}/gpp_truth_scores.csv",
        totals=f"{FIGURE_DATA}/gpp_truth_totals.csv",
        library=library("plot_gpp_truth_scores.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_truth_scores.png",
            caption="../../report/gpp_truth_scores.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_truth_scores.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_truth_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_truth_scores.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_truth_scores.py"


rule plot_gpp_truth_gap:
    input:
        data=f"{FIGURE_DATA}/gpp_truth_gap.csv",
        library=library("plot_gpp_truth_gap.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_truth_gap.png",
            caption="../../report/gpp_truth_gap.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_truth_gap.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_truth_gap.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_truth_gap.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../../scripts/plot_gpp_truth_gap.py"
