"""The variables and global attributes of the XCO2 product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from carbonscape.columns.features.fill import MISSING, SOURCE_MEANINGS
from carbonscape.prediction.mosaic import Layer, provenance_attributes

#: UDUNITS and the CF conventions (section 3.1.1) know ppm as 1e-6.
_UNITS = "ppm"

_COLUMN = "dry_atmosphere_mole_fraction_of_carbon_dioxide"

#: The variables of the XCO2 product. Ancillary ones are named by the first.
XCO2_LAYERS = {
    "xco2": Layer(
        {
            "standard_name": _COLUMN,
            "long_name": "column-averaged dry-air mole fraction of carbon dioxide (XCO2)",
            "units": _UNITS,
            "comment": "parts per million (1e-6 mol mol-1), mean of the soundings of a month",
            "cell_methods": "area: mean time: mean",
            "coverage_content_type": "modelResult",
        }
    ),
    "xco2_spread": Layer(
        {
            "long_name": "standard deviation of the ensemble's members around their mean",
            "units": _UNITS,
            "comment": "how far networks of other seeds differ; not the error of XCO2",
            "coverage_content_type": "qualityInformation",
        },
        required=False,
    ),
    "predictor_source": Layer(
        {
            "long_name": "where the worst predictor value of the window comes from",
            "flag_values": np.array(list(SOURCE_MEANINGS), dtype=np.uint8),
            "flag_meanings": " ".join(SOURCE_MEANINGS.values()),
            "coverage_content_type": "qualityInformation",
        },
        kind="u1",
        fill=np.uint8(MISSING),
    ),
    "filled_share": Layer(
        {
            "long_name": "share of the predictor values in the window that were not observed",
            "units": "1",
            "valid_range": np.array([0, 1], dtype=np.float32),
            "coverage_content_type": "qualityInformation",
        }
    ),
}


def xco2_attributes(
    *,
    model: str,
    time_input: str,
    archive: str,
    scale: str,
    runs: Sequence[Mapping[str, Any]],
    models_sha256: Sequence[str],
) -> dict[str, Any]:
    """Return the global attributes of a product: title, sources and provenance.

    Args:
        model: the model's label.
        time_input: what it is told of time.
        archive: ``real`` or ``simulated``.
        scale: calibration scale of the soundings, ``x2007`` or ``x2019``.
        runs: provenance record (run.json) of the model.
        models_sha256: checksum of its file.
    """
    simulated = archive == "simulated"
    return {
        "title": f"Monthly column-averaged CO2 over land, {model}"
        + (" (SIMULATED Earth: not an estimate of the real one)" if simulated else ""),
        "institution": "made with carbonscape by whoever ran it",
        "source": f"{model} trained on OCO-2 and OCO-3 soundings"
        + (" of a simulated Earth" if simulated else "")
        + "; MODIS, VIIRS, TROPOMI, ERA5-Land",
        "references": "At-BiLSTM for XCO2; see CITATION.cff of carbonscape",
        "history": f"written by carbonscape {runs[0]['carbonscape']}",
        "archive": archive,
        "time_input": time_input,
        "calibration_scale": scale,
        **provenance_attributes(runs, models_sha256),
    }
