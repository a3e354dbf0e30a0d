"""The numbers behind Fig. 9 to 12 and the second Table 4: annual means, trend, anomalies."""

import pandas as pd

from carbonscape.columns.evaluation.anomaly_numbers import anomaly_totals
from carbonscape.columns.evaluation.cell_growth import growth_dataset, growth_totals
from carbonscape.columns.evaluation.maps import (
    XCO2_TOTALS,
    annual_dataset,
    annual_means,
    annual_table,
    annual_table_schema,
    anomaly_dataset,
    totals_table,
)
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_maps"):
    files, output = snakemake.input, snakemake.output
    (years,) = files_by_map(files.products).values()  # the product shown, and no other
    annual = annual_means(get_product(snakemake.params.product), years, list(files.oco))
    table = annual_table(annual, continents_path=files.continents)
    write_table(table, output.table4_annual, annual_table_schema(annual.years))
    anomaly = anomaly_dataset(annual, shown=snakemake.params.anomaly)
    growth = growth_dataset(annual)
    parts = [totals_table(annual, table), growth_totals(growth, annual), anomaly_totals(anomaly)]
    write_table(pd.concat(parts), output.totals, XCO2_TOTALS)
    write_grid(annual_dataset(annual), output.annual)
    write_grid(growth, output.trend)
    write_grid(anomaly, output.anomaly)
