"""From the archives: one job a file that is not there.

A rule makes nothing but absent files. A file that is there has no rule, so that no changed script,
key or module reaches it: Snakemake removes what it makes again.
"""

import re
from collections import defaultdict

from carbonscape.sources.needs import settings_of_requests
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.requests import TowerPixels
from carbonscape.sources.services import LIMITS

# Names of absent files by source, kind and folder.
FETCHED = defaultdict(list)
for path, file in ABSENT.items():
    if not file.files.made:
        FETCHED[file.source, file.kind, os.path.dirname(path)].append(os.path.basename(path))


for (source, kind, folder), names in FETCHED.items():

    rule:
        name:
            f"download_{source}_{kind}"
        input:
            **(
                {"sites": tower_table("sites")}
                if isinstance(get_source(source).files[kind].request, TowerPixels)
                else {}
            ),
        output:
            # A map of 2 GB may go once its cells and towers are taken.
            temp(f"{folder}/{{file}}")
            if source == "esa_cci_pft" and not config["fetch"]["keep_raw"]
            else f"{folder}/{{file}}",
        log:
            f"{RESULTS}/logs/download_{source}_{kind}/{{file}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/download_{source}_{kind}/{{file}}.tsv"
        wildcard_constraints:
            file="|".join(map(re.escape, names)),
        # Compute nodes often reach no network.
        localrule: True
        conda:
            "../../envs/fetch.yaml"
        resources:
            **{LIMITS[get_source(source).service.client]: 1},
            mem_mb=2000,
            runtime=1440,
        params:
            source=source,
            kind=kind,
            when=lambda wildcards, output: ABSENT[output[0]].when,
            settings=settings_of_requests(
                {name: config[name] for name in MADE},
                ABSENT[f"{folder}/{names[0]}"],
                config["fetch"]["hosts"],
            ),
        message:
            f"Fetch {get_source(source).title}: {{wildcards.file}}"
        script:
            "../scripts/download.py"


localrules:
    plan_downloads,
    check_sources,


MADE_FROM_MAPS = [path for path, file in ABSENT.items() if file.files.made]

if MADE_FROM_MAPS:

    rule extract_esa_cci_sites:
        input:
            grid=lambda wildcards: RAW.esa_cci_grid(int(wildcards.year)),
            sites=tower_table("sites"),
            library=library("extract_esa_cci_sites.py"),
        output:
            # Absent ones alone, as above.
            RAW.esa_cci_sites(2000).replace("2000", "{year}"),
        log:
            f"{RESULTS}/logs/extract_esa_cci_sites/{{year}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/extract_esa_cci_sites/{{year}}.tsv"
        wildcard_constraints:
            year="|".join(ABSENT[path].when for path in MADE_FROM_MAPS),
        conda:
            "../../envs/science.yaml"
        resources:
            **needs(mem_mb=2000, runtime=60),
        message:
            "Take the cover around towers out of the map of {wildcards.year}"
        script:
            "../scripts/extract_esa_cci_sites.py"


rule fetch:
    """Every native file that the run needs and that is not there."""
    input:
        [path for path, file in ABSENT.items() if file.files.reader],


for source in source_names():
    if any(files.request and files.wing in WINGS for files in get_source(source).files.values()):

        rule:
            """The native files of one source that are not there."""
            name:
                f"fetch_{source}"
            input:
                [path for path, file in ABSENT.items() if file.source == source],


rule plan_downloads:
    """What the run will download: files, gigabytes, requests, accounts, and what is there."""
    log:
        f"{RESULTS}/logs/plan_downloads.log",
    conda:
        "../../envs/science.yaml"
    params:
        sections={name: config[name] for name in MADE},
        root=config["raw"],
        towers=config["towers"],
        areas=REAL_RAW.areas,
    message:
        "Say what would be downloaded"
    script:
        "../scripts/plan_downloads.py"


rule check_sources:
    """One small live request to every archive of the run: whether it has what is expected."""
    log:
        f"{RESULTS}/logs/check_sources.log",
    conda:
        "../../envs/fetch.yaml"
    params:
        sections={name: config[name] for name in MADE},
        root=config["raw"],
        hosts=config["fetch"]["hosts"],
    message:
        "Ask every archive whether it has what is expected"
    script:
        "../scripts/check_sources.py"
