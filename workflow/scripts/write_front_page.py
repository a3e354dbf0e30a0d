"""Put verdicts, maps and scores of sites of a run into the page that a person opens first."""

from carbonscape.core.jobs import job
from carbonscape.report.front import write_front_page

with job(snakemake.log, "write_front_page"):
    files, params = snakemake.input, snakemake.params
    # Files come as one list a kind, in the order of the products that have any.
    by_product = {
        kind: dict(zip(params[f"{kind}_of"], files[kind], strict=True))
        for kind in ("runs", "scorecards", "site_scores", "places", "truths")
    }
    # And several files of a product, of which it knows the names.
    several = {
        kind: {
            name: [path for path in files[kind] if path in paths]
            for name, paths in params[kind].items()
        }
        for kind in ("maps", "others", "figures", "captions")
    }
    write_front_page(
        snakemake.output[0],
        template=files.template,
        config=params.config,
        pages=params.pages,
        shown=params.shown,
        land=files.land,
        told=params.told,
        **by_product,
        **several,
    )
