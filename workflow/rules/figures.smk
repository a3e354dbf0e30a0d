"""One rule a section of the report: it draws the figures of that section from saved numbers."""

from carbonscape.figures.registry import drawn_together, figures_of, sections_of, words_of
from carbonscape.products.registry import get_product

DRAWN = {name: figures_of(name, AVAILABLE[name]) for name in MADE}


for product in MADE:
    for section, figures in drawn_together(product, AVAILABLE[product]).items():

        rule:
            name:
                f"plot_{product}_{section}"
            input:
                **{
                    f"{figure.stem}_{keyword}": path
                    for figure in figures
                    for keyword, path in figure.files(product, f"{RESULTS}/{product}").items()
                },
                **({"land": LAND} if any("land" in one.passes for one in figures) else {}),
                library=library(
                    "plot.py",
                    models=models_of_run(config[product]),
                    products=[product],
                    modules=sorted({name for figure in figures for name in figure.modules}),
                ),
            output:
                **{
                    f"{figure.stem}_png": report(
                        f"{FIGURES}/{figure.name(product)}.png",
                        caption=f"../report/{get_product(product).wing}/{figure.stem}.rst",
                        category=get_product(product).label,
                    )
                    for figure in figures
                },
                **{f"{one.stem}_pdf": f"{FIGURES}/{one.name(product)}.pdf" for one in figures},
            log:
                f"{RESULTS}/logs/plot_{product}_{section}.log",
            benchmark:
                f"{RESULTS}/benchmarks/plot_{product}_{section}.tsv"
            localrule: True
            conda:
                "../../envs/science.yaml"
            resources:
                mem_mb=max(figure.mem_mb for figure in figures),
                runtime=10,
            params:
                **words_of(product),
                region=config["region"],
                figures={
                    figure.stem: figure.params(product, simulated=SIMULATED, shown=SHOWN[product])
                    for figure in figures
                },
                dpi=config["figures"]["dpi"],
            message:
                f"Draw {', '.join(figure.name(product) for figure in figures)}"
            script:
                "../scripts/plot.py"
