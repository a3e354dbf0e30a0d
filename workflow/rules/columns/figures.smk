"""One rule a figure of XCO2. Each draws saved numbers and computes nothing."""


rule plot_xco2_fig02:
    input:
        data=f"{XCO2_FIGURE_DATA}/xco2_fig02.parquet",
        land=LAND,
        library=library("plot_xco2_fig02.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig02.png",
            caption="../../report/xco2_fig02.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig02.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig02.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig02.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig02.py"


rule plot_xco2_fig03:
    input:
        sites=f"{XCO2}/tccon/sites.csv",
        land=LAND,
        library=library("plot_xco2_fig03.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig03.png",
            caption="../../report/xco2_fig03.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig03.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig03.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig03.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig03.py"


rule plot_xco2_fig05:
    input:
        data=f"{XCO2_FIGURE_DATA}/xco2_fig05.parquet",
        scores=f"{XCO2_FIGURE_DATA}/xco2_fig05_scores.csv",
        library=library("plot_xco2_fig05.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig05.png",
            caption="../../report/xco2_fig05.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig05.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig05.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig05.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig05.py"


rule plot_xco2_fig06:
    input:
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        sites=f"{XCO2}/tccon/sites.csv",
        density=f"{XCO2_FIGURE_DATA}/xco2_fig06.parquet",
        scores=f"{XCO2_FIGURE_DATA}/xco2_fig06_scores.csv",
        land=LAND,
        library=library("plot_xco2_fig06.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig06.png",
            caption="../../report/xco2_fig06.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig06.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig06.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig06.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig06.py"


rule plot_xco2_fig07:
    input:
        pairs=f"{XCO2}/scores/tccon_pairs.csv",
        site_scores=f"{XCO2}/scores/tccon_sites.csv",
        library=library("plot_xco2_fig07.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig07.png",
            caption="../../report/xco2_fig07.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig07.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig07.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig07.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig07.py"


rule plot_xco2_fig08:
    input:
        data=f"{XCO2_FIGURE_DATA}/xco2_fig08.csv",
        library=library("plot_xco2_fig08.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig08.png",
            caption="../../report/xco2_fig08.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig08.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig08.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig08.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig08.py"


rule plot_xco2_fig09:
    input:
        annual=f"{XCO2_FIGURE_DATA}/xco2_annual.nc",
        land=LAND,
        library=library("plot_xco2_fig09.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig09.png",
            caption="../../report/xco2_fig09.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig09.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig09.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig09.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig09.py"


rule plot_xco2_fig10:
    input:
        annual=f"{XCO2_FIGURE_DATA}/xco2_annual.nc",
        land=LAND,
        library=library("plot_xco2_fig10.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig10.png",
            caption="../../report/xco2_fig10.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig10.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig10.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig10.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig10.py"


rule plot_xco2_fig11:
    input:
        trend=f"{XCO2_FIGURE_DATA}/xco2_trend.nc",
        land=LAND,
        library=library("plot_xco2_fig11.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig11.png",
            caption="../../report/xco2_fig11.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig11.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig11.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig11.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig11.py"


rule plot_xco2_fig12:
    input:
        anomaly=f"{XCO2_FIGURE_DATA}/xco2_anomaly.nc",
        land=LAND,
        library=library("plot_xco2_fig12.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_fig12.png",
            caption="../../report/xco2_fig12.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_fig12.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_fig12.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_fig12.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_fig12.py"


rule plot_xco2_truth:
    input:
        map=f"{XCO2_FIGURE_DATA}/xco2_truth.nc",
        scores=f"{XCO2}/scores/truth.csv",
        gap=f"{XCO2}/scores/truth_gap.csv",
        land=LAND,
        library=library("plot_xco2_truth.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_truth.png",
            caption="../../report/xco2_truth.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_truth.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_truth.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_truth.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_truth.py"


rule plot_xco2_validation:
    input:
        data=f"{XCO2}/scores/validation.csv",
        library=library("plot_xco2_validation.py"),
    output:
        png=report(
            f"{FIGURES}/xco2_validation.png",
            caption="../../report/xco2_validation.rst",
            category="XCO2",
        ),
        pdf=f"{FIGURES}/xco2_validation.pdf",
    log:
        f"{RESULTS}/logs/plot_xco2_validation.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_xco2_validation.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dpi=config["figures"]["dpi"],
        simulated=SIMULATED,
        shown=XCO2_SHOWN,
    script:
        "../../scripts/plot_xco2_validation.py"
