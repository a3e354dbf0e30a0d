"""One rule a figure, made of its row in the registry: each draws saved numbers, no more."""

from carbonscape.figures.registry import figures_of, sections_of, words_of
from carbonscape.products.registry import get_product

DRAWN = {name: figures_of(name, AVAILABLE[name]) for name in MADE}


for product in MADE:
    for figure in DRAWN[product]:

        rule:
            name:
                f"plot_{figure.name(product)}"
            input:
                **figure.files(product, f"{RESULTS}/{product}"),
                **({"land": LAND} if "land" in figure.passes else {}),
                library=library(
                    "plot.py",
                    models=models_of_run(config[product]),
                    products=[product],
                    modules=figure.modules,
                ),
            output:
                png=report(
                    f"{FIGURES}/{figure.name(product)}.png",
                    caption=f"../report/{get_product(product).wing}/{figure.stem}.rst",
                    category=get_product(product).label,
                ),
                pdf=f"{FIGURES}/{figure.name(product)}.pdf",
            log:
                f"{RESULTS}/logs/plot_{figure.name(product)}.log",
            benchmark:
                f"{RESULTS}/benchmarks/plot_{figure.name(product)}.tsv"
            localrule: True
            conda:
                "../../envs/science.yaml"
            resources:
                mem_mb=figure.mem_mb,
                runtime=10,
            params:
                **figure.params(product, simulated=SIMULATED, shown=SHOWN[product]),
                dpi=config["figures"]["dpi"],
            message:
                f"Draw {figure.name(product)}"
            script:
                "../scripts/plot.py"
