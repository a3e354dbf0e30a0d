"""A finished run as one archive with its description: asked for by name, no part of `all`."""

from carbonscape import __version__

PUBLISHED = f"{RESULTS}/publish"


localrules:
    publish,


rule write_crate:
    input:
        results=[path for product in MADE for path in TAKEN[product]],
        inputs=f"{RESULTS}/inputs.csv",
        library=library("write_crate.py"),
    output:
        metadata=f"{PUBLISHED}/ro-crate-metadata.json",
        citation=f"{PUBLISHED}/CITATION.cff",
        checksums=f"{PUBLISHED}/input_checksums.csv",
    log:
        f"{RESULTS}/logs/write_crate.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_crate.tsv"
    conda:
        "../../envs/science.yaml"
    # Checksums of all results, and of native files that were not downloaded by the workflow.
    resources:
        **needs(mem_mb=1000, runtime=600),
    params:
        folder=lambda w, output: str(Path(output.metadata).parents[1]),
        root=str(BASE),
        run=config["run"],
        labels=[get_product(name).long_name for name in MADE],
        simulated=SIMULATED,
        publish=config["publish"],
        config=config,
        steps=[
            (one.name, one.message or "", f"workflow/scripts/{os.path.basename(one.script)}")
            for one in workflow.rules
            if one.script
        ],
        version=__version__,
    message:
        "Describe the run: files with checksums, steps, software"
    script:
        "../scripts/write_crate.py"


rule pack_crate:
    input:
        results=[path for product in MADE for path in TAKEN[product]],
        metadata=rules.write_crate.output.metadata,
        citation=rules.write_crate.output.citation,
        checksums=rules.write_crate.output.checksums,
        library=library("pack_crate.py"),
    output:
        archive=f"{PUBLISHED}/{config['run']}.zip",
    log:
        f"{RESULTS}/logs/pack_crate.log",
    benchmark:
        f"{RESULTS}/benchmarks/pack_crate.tsv"
    conda:
        "../../envs/science.yaml"
    resources:
        **needs(mem_mb=1000, runtime=600),
    params:
        folder=lambda w, output: str(Path(output.archive).parents[1]),
        root=str(BASE),
    message:
        "Pack products, figures, tables, report and workflow into one archive"
    script:
        "../scripts/pack_crate.py"


rule publish:
    """The run as one archive that describes itself, for Zenodo and the like."""
    input:
        rules.pack_crate.output.archive,
    message:
        "The archive is there"
