"""The front page: the page of a run that a person opens first, for all products."""

# Scores by site, places of the sites, and which rows are shown, by product.
SITE_SCORES = {name: f"{plan.root}/scores/site_scores.csv" for name, plan in FLUXES.items()}
PLACES = {name: f"{TOWER_DATA}/sites.csv" for name in FLUXES}
SITES_SHOWN = {
    name: {
        **plan.shown,
        "split": config["figures"]["split"],
        "model": plan.crossval["models"][0],
    }
    for name, plan in FLUXES.items()
}
FRONT_MAPS = {name: plan.map_files() for name, plan in FLUXES.items() if plan.maps}
if "columns" in WINGS:
    SITE_SCORES["xco2"] = f"{XCO2}/scores/tccon_sites.csv"
    PLACES["xco2"] = f"{XCO2}/tccon/sites.csv"
    SITES_SHOWN["xco2"] = {"product": XCO2_SHOWN}
    FRONT_MAPS["xco2"] = XCO2_PRODUCT_FILES
FRONT_OTHERS = {name: plan.other_files() for name, plan in FLUXES.items() if plan.maps}
# The true maps, where the Earth is a simulated one: they are shown, as figures show them.
FRONT_TRUTHS = {}
if SIMULATED:
    FRONT_TRUTHS |= {
        name: f"{TRUTH}/grid.nc"
        for name, plan in FLUXES.items()
        if plan.maps and get_product(name).simulated
    }
    FRONT_TRUTHS |= {"xco2": f"{TRUTH}/xco2.nc"} if "columns" in WINGS else {}
FRONT_FIGURES = {
    name: [f"{FIGURES}/{figure.name(name)}.png" for figure in DRAWN[name]] for name in MADE
}
FRONT_CAPTIONS = {
    name: [
        str(BASE / "workflow" / "report" / get_product(name).wing / f"{figure.stem}.rst")
        for figure in DRAWN[name]
    ]
    for name in MADE
}
FRONT_SCORED = [name for name in MADE if SCORED[name]["scorecard"]]


rule write_front_page:
    input:
        runs=[SCORED[name]["runs"][0] for name in MADE],
        scorecards=[SCORED[name]["scorecard"] for name in FRONT_SCORED],
        site_scores=[SITE_SCORES[name] for name in MADE],
        places=[PLACES[name] for name in MADE],
        maps=[path for paths in FRONT_MAPS.values() for path in paths],
        others=[path for paths in FRONT_OTHERS.values() for path in paths],
        truths=list(FRONT_TRUTHS.values()),
        figures=[path for paths in FRONT_FIGURES.values() for path in paths],
        captions=list(dict.fromkeys(path for paths in FRONT_CAPTIONS.values() for path in paths)),
        land=LAND,
        template=str(BASE / "workflow" / "report" / "front" / "front.html.j2"),
        style=str(BASE / "workflow" / "report" / "front" / "front.css"),
        script=str(BASE / "workflow" / "report" / "front" / "front.js"),
        library=library("write_front_page.py"),
    output:
        f"{RESULTS}/report/index.html",
    log:
        f"{RESULTS}/logs/write_front_page.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_front_page.tsv"
    localrule: True
    conda:
        "../../envs/science.yaml"
    # All months of one map at a time.
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        config=config,
        pages=PAGES,
        maps=FRONT_MAPS,
        others=FRONT_OTHERS,
        figures=FRONT_FIGURES,
        captions=FRONT_CAPTIONS,
        told={name: words_of(name) for name in MADE},
        truths_of=list(FRONT_TRUTHS),
        shown=SITES_SHOWN,
        runs_of=MADE,
        scorecards_of=FRONT_SCORED,
        site_scores_of=MADE,
        places_of=MADE,
    message:
        "Write the front page of the report"
    script:
        "../scripts/write_front_page.py"
