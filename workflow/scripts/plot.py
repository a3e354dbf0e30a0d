"""Draw one figure: the registry of figures says which, from what and with which function."""

from carbonscape.core.jobs import job
from carbonscape.figures.draw import draw_from_files
from carbonscape.figures.maps import land_rings
from carbonscape.figures.style import save
from carbonscape.products.registry import get_product

with job(snakemake.log, snakemake.rule):
    files, params = snakemake.input, snakemake.params
    passed = {}
    if "product" in params.passes:
        passed["product"] = get_product(params.product)
    if "land" in params.passes:
        passed["land"] = land_rings(files.land)
    passed |= {name: params[name] for name in ("simulated", "shown") if name in params.passes}
    figure = draw_from_files(
        params.draw,
        {keyword: files[keyword] for keyword in params.demands},
        params.demands,
        of=params.product,
        **passed,
    )
    save(figure, dpi=params.dpi, **snakemake.output)
