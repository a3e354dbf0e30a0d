"""The numbers behind Fig. 9 to 12 and the second Table 4: annual means, trend, anomalies."""

from carbonscape.columns.evaluation.grids import product_files, write_maps
from carbonscape.columns.evaluation.maps import (
    XCO2_TOTALS,
    annual_dataset,
    annual_means,
    annual_table,
    annual_table_schema,
    anomaly_dataset,
    totals_table,
    trend_dataset,
)
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table

with job(snakemake.log, "evaluate_xco2_maps"):
    files, output = snakemake.input, snakemake.output
    (years,) = product_files(files.products).values()  # the product shown, and no other
    annual = annual_means(years, list(files.oco))
    table = annual_table(annual, continents_path=files.continents)
    write_table(table, output.table4_annual, annual_table_schema(annual.years))
    write_table(totals_table(annual, table), output.totals, XCO2_TOTALS)
    write_maps(annual_dataset(annual), output.annual)
    write_maps(trend_dataset(annual), output.trend)
    write_maps(anomaly_dataset(annual), output.anomaly)
