"""Rules of satellite columns, in the order of the work."""


include: "columns/common.smk"
include: "columns/simulate.smk"
include: "columns/quality.smk"
include: "columns/features.smk"
include: "columns/crossval.smk"
include: "columns/predict.smk"
include: "columns/evaluate.smk"
include: "columns/references.smk"
include: "columns/regions.smk"
include: "columns/spread.smk"
include: "columns/spread_figure.smk"
