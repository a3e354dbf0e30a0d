"""Draw figures: the registry of figures says which, from what and with which function."""

from carbonscape.core.jobs import job
from carbonscape.figures.draw import draw_from_files
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.figures.views import zoomed
from carbonscape.products.registry import get_product

with job(snakemake.log, snakemake.rule):
    files, output, of = snakemake.input, snakemake.output, snakemake.params.product
    land = land_rings(files.land) if files.get("land") else None
    for stem, told in snakemake.params.figures.items():
        passed = {}
        if "product" in told["passes"]:
            passed["product"] = get_product(of)
        if "land" in told["passes"]:
            passed["land"] = land
        passed |= {name: told[name] for name in ("simulated", "shown") if name in told["passes"]}
        demands = told["demands"]
        numbers = {keyword: files[f"{stem}_{keyword}"] for keyword in demands}
        with zoomed(snakemake.params.region):
            figure = draw_from_files(told["draw"], numbers, demands, of=of, **passed)
        save(
            figure,
            dpi=snakemake.params.dpi,
            png=output[f"{stem}_png"],
            pdf=output[f"{stem}_pdf"],
        )
