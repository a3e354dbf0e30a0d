"""Compare the finished maps with the true ones (simulated Earth only)."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.comparison import compare, read_fields
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.applicability import (
    TRUTH_APPLICABILITY,
    errors_by_applicability,
)
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.truth import TRUTH_SCORES, TRUTH_SKILL, score_map, skill_table
from carbonscape.fluxes.evaluation.truth_cover import TRUTH_COVER, truth_cover
from carbonscape.fluxes.evaluation.truth_gap import TRUTH_GAP, gap_table
from carbonscape.fluxes.evaluation.truth_maps import (
    TRUTH_GROWTH,
    TRUTH_TOTALS,
    annual_totals,
    growth_table,
    truth_maps,
)
from carbonscape.fluxes.settings import parse_experiment
from carbonscape.fluxes.tables import PREDICTIONS, SAMPLES
from carbonscape.products.map_name import MapName
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_truth"):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    product = get_product(params.product)
    maps = files_by_map(files.products)
    fields = read_fields(files.truth, maps, product.name)
    classes = read_classes(files.classes, fields.grid)
    scores = score_map(compare(fields), classes)
    totals = annual_totals(fields)
    names = {path: parse_experiment(path) for path in files.predictions}
    gap = gap_table(
        product,
        fields,
        classes,
        predictions={
            MapName(name["model"], name["pft"]).name: read_table(path, PREDICTIONS)
            for path, name in names.items()
        },
        samples=read_table(files.samples, SAMPLES),
        sites=read_table(files.sites, TOWER_SITES),
        true_sites=files.true_sites,
    )
    write_table(scores, output.scores, TRUTH_SCORES)
    write_table(skill_table(scores), output.skill, TRUTH_SKILL)
    write_table(totals, output.totals, TRUTH_TOTALS)
    write_table(growth_table(totals), output.growth, TRUTH_GROWTH)
    write_table(gap, output.gap, TRUTH_GAP)
    write_table(errors_by_applicability(fields, maps), output.applicability, TRUTH_APPLICABILITY)
    write_table(truth_cover(product, fields, maps, classes), output.cover, TRUTH_COVER)
    write_grid(truth_maps(product, fields, map_year=params.map_year), output.maps)
