"""The rules of the demo and what each reads, as Snakemake parsed them: numbers of the schemes."""

from __future__ import annotations

import pandas as pd

from carbonscape.evaluation.rules import RULE_EDGES

#: A line a rule, "rule: rules that it reads", by product; then the figures of each evaluation.
_RULES = {
    "gpp": """
aggregate_era5_land: simulate_era5_land simulate_towers
blend_flux: crossvalidate_flux
build_gridded_site_series: aggregate_era5_land encode_land_cover read_towers simulate_modis_lai
build_tile_series: aggregate_era5_land simulate_modis_lai
check_flux_product: classify_cells mosaic_gpp predict_flux
check_predictions: blend_flux crossvalidate_flux read_towers select_samples split_sites
classify_cells: encode_land_cover simulate_koppen
crossvalidate_flux: build_gridded_site_series select_samples split_sites
encode_land_cover: simulate_land_cover simulate_towers
evaluate_flux_costs: blend_flux crossvalidate_flux score_flux
evaluate_flux_covers: classify_cells encode_land_cover mosaic_gpp
evaluate_flux_crossval: blend_flux crossvalidate_flux read_towers score_flux
evaluate_flux_differences: blend_flux crossvalidate_flux
evaluate_flux_holdouts: crossvalidate_flux read_towers score_flux
evaluate_flux_maps: classify_cells mosaic_gpp
evaluate_flux_products: blend_flux crossvalidate_flux mosaic_gpp read_towers select_samples
evaluate_flux_regions: mosaic_gpp
evaluate_flux_scorecard: blend_flux crossvalidate_flux evaluate_flux_maps filter_towers read_towers
evaluate_flux_sif: classify_cells grid_sif mosaic_gpp
evaluate_flux_towers: read_towers select_samples
evaluate_flux_truth: blend_flux classify_cells crossvalidate_flux mosaic_gpp read_towers
  select_samples simulate_earth
evaluate_flux_variability: classify_cells mosaic_gpp
filter_towers: read_towers
grid_sif: simulate_tropomi_sif
mosaic_gpp: predict_flux train_flux
predict_flux: build_tile_series encode_land_cover train_flux
read_towers: simulate_towers
score_flux: blend_flux crossvalidate_flux read_towers
select_samples: build_gridded_site_series filter_towers
simulate_earth:
simulate_era5_land:
simulate_koppen:
simulate_land_cover: simulate_earth
simulate_modis_lai: simulate_earth
simulate_towers: simulate_earth
simulate_tropomi_sif: simulate_earth
split_sites: read_towers select_samples
train_flux: build_gridded_site_series select_samples
write_gpp_report: blend_flux check_flux_product check_predictions crossvalidate_flux
  evaluate_flux_costs evaluate_flux_covers evaluate_flux_differences evaluate_flux_holdouts
  evaluate_flux_maps evaluate_flux_scorecard evaluate_flux_truth evaluate_flux_variability
  filter_towers score_flux select_samples split_sites
""",
    "xco2": """
average_tccon: simulate_tccon
build_xco2_tile: composite_xco2
check_xco2_predictions: crossvalidate_xco2 sample_xco2 split_xco2
check_xco2_product: composite_xco2 mosaic_xco2 predict_xco2
composite_xco2: simulate_era5_land_monthly simulate_xco2_predictors
crossvalidate_xco2: sample_xco2 split_xco2
evaluate_xco2_crossval: crossvalidate_xco2
evaluate_xco2_footprints: simulate_oco
evaluate_xco2_hotspots: composite_xco2 evaluate_xco2_maps
evaluate_xco2_kernels: grid_oco simulate_oco simulate_tccon
evaluate_xco2_maps: grid_oco mosaic_xco2
evaluate_xco2_reanalysis: grid_oco mosaic_xco2 simulate_egg4
evaluate_xco2_regions: grid_oco mosaic_xco2 simulate_egg4
evaluate_xco2_scorecard: evaluate_xco2_crossval evaluate_xco2_hotspots evaluate_xco2_kernels
  evaluate_xco2_maps evaluate_xco2_regions evaluate_xco2_step evaluate_xco2_tccon
evaluate_xco2_step: evaluate_xco2_kernels grid_oco simulate_egg4
evaluate_xco2_tccon: average_tccon grid_oco mosaic_xco2 sample_xco2 simulate_egg4
evaluate_xco2_truth: crossvalidate_xco2 mosaic_xco2 simulate_xco2
grid_oco: simulate_oco
mosaic_xco2: predict_xco2 train_xco2
predict_xco2: build_xco2_tile train_xco2
sample_xco2: build_xco2_tile grid_oco
simulate_earth:
simulate_egg4: simulate_xco2
simulate_era5_land_monthly:
simulate_oco: simulate_earth
simulate_tccon: simulate_earth
simulate_xco2: simulate_earth
simulate_xco2_predictors: simulate_earth
split_xco2: sample_xco2
train_xco2: sample_xco2
write_xco2_report: average_tccon check_xco2_predictions check_xco2_product crossvalidate_xco2
  evaluate_xco2_crossval evaluate_xco2_hotspots evaluate_xco2_maps evaluate_xco2_scorecard
  evaluate_xco2_regions evaluate_xco2_tccon evaluate_xco2_truth grid_oco sample_xco2
""",
}

_FIGURES = {
    "gpp": """
evaluate_flux_costs: costs
evaluate_flux_differences: differences
evaluate_flux_towers: fig01
evaluate_flux_crossval: fig04 fig05 fig06 monthly_scores quantities scatter
  seasonal_cycle site_scores
evaluate_flux_variability: fig07 fig13
evaluate_flux_sif: fig08
evaluate_flux_covers: fig10
evaluate_flux_maps: fig11 fig16a fig16b
evaluate_flux_regions: fig12 figa1
evaluate_flux_products: fig15
evaluate_flux_holdouts: holdouts
evaluate_flux_truth: truth_gap truth_map truth_scores
""",
    "xco2": """
evaluate_xco2_footprints: fig02
average_tccon: fig03 fig06
evaluate_xco2_crossval: fig05 validation
evaluate_xco2_tccon: fig06 fig07 fig08
evaluate_xco2_kernels: kernels
evaluate_xco2_reanalysis: egg4
evaluate_xco2_maps: fig09 fig10 fig11 fig12
evaluate_xco2_hotspots: fig13
evaluate_xco2_regions: fig14
evaluate_xco2_truth: truth
""",
}


def rules_of(product: str) -> pd.DataFrame:
    """A RULE_EDGES table."""
    edges = [
        (name, "rule", one) for name, others in _lines(_RULES[product]) for one in others or [""]
    ]
    edges += [(stem, "figure", rule) for rule, stems in _lines(_FIGURES[product]) for stem in stems]
    return RULE_EDGES.check(pd.DataFrame(edges, columns=RULE_EDGES.names), "made")


def _lines(text: str) -> list[tuple[str, list[str]]]:
    """Lines as name and names; those that are set in go on from the line before."""
    pairs = [line.partition(":") for line in text.replace("\n  ", " ").strip().splitlines()]
    return [(name, others.split()) for name, _, others in pairs]
