"""From soundings and spectra to monthly values: what XCO2 is learnt from and judged by."""


rule grid_oco:
    input:
        granules=lambda wildcards: xco2_granules(wildcards.instrument),
        library=xco2_library("grid_oco.py"),
    output:
        grid=f"{XCO2}/soundings/{{instrument}}.nc",
        table=f"{XCO2}/soundings/{{instrument}}_granules.csv",
        findings=findings("grid_oco", ["instrument"], [[name] for name in INSTRUMENTS]),
    log:
        f"{RESULTS}/logs/grid_oco-{{instrument}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid_oco-{{instrument}}.tsv"
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=4000, runtime=480, size=native(XCO2_SIZE)),
    params:
        instrument=lambda wildcards: wildcards.instrument,
        # Where the files of a simulated Earth lie there is nothing else.
        folder=lambda wildcards: "" if SIMULATED else str(RAW.root / wildcards.instrument),
        every_days=config["simulation"]["oco_every_days"] if SIMULATED else 1,
        cell=XCO2_CELL,
        first_month=lambda wildcards: SOUNDINGS[wildcards.instrument]["first_month"],
        last_month=lambda wildcards: SOUNDINGS[wildcards.instrument]["last_month"],
        versions=lambda wildcards: SOUNDINGS[wildcards.instrument]["versions"],
        scale=SOUNDINGS["scale"],
        bad_granule=SOUNDINGS["bad_granule"],
        min_count=SOUNDINGS["min_count"],
        accept_incomplete=accepted("incomplete", *INSTRUMENTS),
    message:
        "Average the good soundings of {wildcards.instrument} over months and grid cells"
    script:
        "../../scripts/grid_oco.py"


rule average_tccon:
    input:
        files=xco2_tccon(),
        table=str(BASE / "resources" / "tccon_sites.csv"),
        library=xco2_library("average_tccon.py"),
    output:
        months=f"{XCO2}/tccon/months.csv",
        sites=f"{XCO2}/tccon/sites.csv",
        findings=findings("average_tccon"),
    log:
        f"{RESULTS}/logs/average_tccon.log",
    benchmark:
        f"{RESULTS}/benchmarks/average_tccon.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    resources:
        **needs(mem_mb=2000, runtime=30),
    params:
        folder="" if SIMULATED else str(RAW.root / "tccon"),
        first_month=XCO2_SPAN.first_month,
        last_month=XCO2_SPAN.last_month,
        scale=SOUNDINGS["scale"],
        min_spectra=config["xco2"]["tccon"]["min_spectra"],
        min_days=config["xco2"]["tccon"]["min_days"],
    message:
        "Average the spectra of TCCON sites over months"
    script:
        "../../scripts/average_tccon.py"
