"""The map of a flux beside that of the paper's authors, where a user has theirs."""

from carbonscape.archives.fluxformer_files import find_authors_files
from carbonscape.fluxes.authors import maps_beside_authors

# Which map of the run, and whose files, by flux; nothing where none is given.
OURS = {name: maps_beside_authors(plan) for name, plan in FLUXES.items()}
OURS = {name: maps for name, maps in OURS.items() if maps}
THEIRS = {}
for name in OURS:
    try:
        THEIRS[name] = [str(path) for path in find_authors_files(config[name]["authors_map"])]
        refuse_unusable(THEIRS[name])
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))


rule evaluate_flux_authors:
    input:
        products=lambda w: flux(w).map_files(maps=OURS[w.product]),
        theirs=lambda w: THEIRS[w.product],
        library=flux_library("evaluate_flux_authors.py"),
    output:
        maps=f"{FIGURE}_authors.nc",
        table=f"{FIGURE}_authors.csv",
        findings=findings("evaluate_flux_authors", ["product"], [[name] for name in OURS]),
    log:
        f"{RESULTS}/logs/evaluate_flux_authors-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_authors-{{product}}.tsv"
    localrule: SMALL_EARTH
    conda:
        "../../../envs/science.yaml"
    # One month of both maps, and the sums of a year and of all months.
    resources:
        **needs(mem_mb=4000, runtime=120),
    params:
        product=lambda w: w.product,
    message:
        "Compare the map of {wildcards.product} with that of the paper's authors"
    script:
        "../../scripts/evaluate_flux_authors.py"


for name in OURS:
    AVAILABLE[name].add("authors")
    SCORED[name]["tables"] += [f"{FLUXES[name].root}/figures/{name}_authors.csv"]
