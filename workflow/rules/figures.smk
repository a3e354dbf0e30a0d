"""One rule a figure. Each draws saved numbers and computes nothing."""

FIGURE_NAMES = ("gpp_fig01", *CROSSVAL_FIGURES)
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
            caption="../report/gpp_fig01.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig01.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig01.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig01.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_fig01.py"


rule plot_gpp_fig04:
    input:
        data=f"{FIGURE_DATA}/gpp_fig04.csv",
        library=library("plot_gpp_fig04.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig04.png",
            caption="../report/gpp_fig04.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig04.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig04.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig04.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
    script:
        "../scripts/plot_gpp_fig04.py"


rule plot_gpp_fig05:
    input:
        data=f"{FIGURE_DATA}/gpp_fig05.csv",
        library=library("plot_gpp_fig05.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig05.png",
            caption="../report/gpp_fig05.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig05.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig05.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig05.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_fig05.py"


rule plot_gpp_fig06:
    input:
        data=f"{FIGURE_DATA}/gpp_fig06.csv",
        library=library("plot_gpp_fig06.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_fig06.png",
            caption="../report/gpp_fig06.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_fig06.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_fig06.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_fig06.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_fig06.py"


rule plot_gpp_monthly_scores:
    input:
        data=f"{FIGURE_DATA}/gpp_monthly_scores.csv",
        library=library("plot_gpp_monthly_scores.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_monthly_scores.png",
            caption="../report/gpp_monthly_scores.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_monthly_scores.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_monthly_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_monthly_scores.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_monthly_scores.py"


rule plot_gpp_scatter:
    input:
        data=f"{FIGURE_DATA}/gpp_scatter.csv",
        library=library("plot_gpp_scatter.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_scatter.png",
            caption="../report/gpp_scatter.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_scatter.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_scatter.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_scatter.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_scatter.py"


rule plot_gpp_seasonal_cycle:
    input:
        data=f"{FIGURE_DATA}/gpp_seasonal_cycle.csv",
        library=library("plot_gpp_seasonal_cycle.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_seasonal_cycle.png",
            caption="../report/gpp_seasonal_cycle.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_seasonal_cycle.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_seasonal_cycle.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_seasonal_cycle.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_seasonal_cycle.py"


rule plot_gpp_site_scores:
    input:
        data=f"{FIGURE_DATA}/gpp_site_scores.csv",
        library=library("plot_gpp_site_scores.py"),
    output:
        png=report(
            f"{FIGURES}/gpp_site_scores.png",
            caption="../report/gpp_site_scores.rst",
            category="GPP",
        ),
        pdf=f"{FIGURES}/gpp_site_scores.pdf",
    log:
        f"{RESULTS}/logs/plot_gpp_site_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gpp_site_scores.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
    script:
        "../scripts/plot_gpp_site_scores.py"
