"""XCO2 beside what others measure and compute: CAMS-EGG4 over the whole map."""

XCO2_EGG4_COMPARED = bool(config["xco2"]["evaluation"]["egg4"] and XCO2_PERIODS["egg4"])
XCO2_TABLES += [
    f"{XCO2}/scores/{name}.csv" for name in ("table5", "tccon_effective", "kernels", "step")
]
XCO2_TABLES += [f"{XCO2}/scores/egg4.csv"] if XCO2_EGG4_COMPARED else []
AVAILABLE["xco2"] |= {"egg4"} if XCO2_EGG4_COMPARED else set()


rule evaluate_xco2_reanalysis:
    input:
        products=XCO2_PRODUCT_FILES,
        oco=XCO2_SOUNDINGS,
        egg4=xco2_egg4(),
        continents=CONTINENTS,
        library=xco2_library("evaluate_xco2_reanalysis.py"),
    output:
        scores=f"{XCO2}/scores/egg4.csv",
        map=f"{XCO2_FIGURE_DATA}/xco2_egg4.nc",
    log:
        f"{RESULTS}/logs/evaluate_xco2_reanalysis.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_reanalysis.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=6000, runtime=120, size=XCO2_SIZE),
    params:
        product="xco2",
        months=XCO2_SPAN.months,
        shown=XCO2_SHOWN,
    message:
        "Compare the maps of xco2 with CAMS-EGG4 over every cell"
    script:
        "../../scripts/evaluate_xco2_reanalysis.py"


rule evaluate_xco2_kernels:
    input:
        oco2=xco2_granules("oco2"),
        oco3=xco2_granules("oco3"),
        tables=expand(f"{XCO2}/soundings/{{instrument}}_granules.csv", instrument=INSTRUMENTS),
        tccon=xco2_tccon(),
        library=xco2_library("evaluate_xco2_kernels.py"),
    output:
        overpasses=f"{XCO2}/scores/overpasses.csv",
        scores=f"{XCO2}/scores/kernels.csv",
        sites=f"{XCO2}/scores/kernel_sites.csv",
        findings=findings("evaluate_xco2_kernels"),
    log:
        f"{RESULTS}/logs/evaluate_xco2_kernels.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_kernels.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=480, size=native(XCO2_SIZE)),
    params:
        instruments=INSTRUMENTS,
        window=config["xco2"]["kernels"],
        months=XCO2_SPAN.months,
        scale=SOUNDINGS["scale"],
        seed=config["seed"],
    message:
        "Compare soundings with spectra of TCCON, with averaging kernels and without"
    script:
        "../../scripts/evaluate_xco2_kernels.py"


rule evaluate_xco2_step:
    input:
        soundings=XCO2_SOUNDINGS,
        overpasses=f"{XCO2}/scores/overpasses.csv",
        egg4=xco2_egg4(),
        library=xco2_library("evaluate_xco2_step.py"),
    output:
        step=f"{XCO2}/scores/step.csv",
    log:
        f"{RESULTS}/logs/evaluate_xco2_step.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_xco2_step.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=60, size=XCO2_SIZE),
    params:
        product="xco2",
        instruments=INSTRUMENTS,
        months=XCO2_SPAN.months,
    message:
        "Test whether XCO2 steps where OCO-3 follows OCO-2"
    script:
        "../../scripts/evaluate_xco2_step.py"
