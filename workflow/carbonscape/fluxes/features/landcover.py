"""Plant functional types as numbers that a model can read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import ConfigError

#: Sources of plant functional types that each setting feeds to a model, each through an
#: encoder of its own (section 3.1).
SOURCES_OF_SETTING = {
    "none": (),
    "esa_cci": ("esa_cci",),
    "igbp": ("igbp",),
    "igbp_esa_cci": ("igbp", "esa_cci"),
}


def encode_igbp(labels: Sequence[str]) -> NDArray[np.float32]:
    """Return IGBP labels as one-hot vectors.

    Args:
        labels: (site,) three-letter codes such as ``ENF``.

    Returns:
        (site, class) with the 17 classes of MCD12Q1 in the order of their codes.

    Raises:
        ValueError: a label is not an IGBP class.
    """
    encoded = np.zeros((len(labels), len(IGBP_CLASSES)), dtype=np.float32)
    for row, label in enumerate(labels):
        encoded[row, IGBP_CLASSES.index(label)] = 1.0
    return encoded


def encode_igbp_codes(codes: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return MCD12Q1 codes as one-hot vectors.

    Args:
        codes: (...) 1 to 17; 0 where the class is not known.

    Returns:
        (..., class) with the 17 classes; all zero where the class is not known.
    """
    codes = np.asarray(codes)
    return (codes[..., None] == np.arange(1, len(IGBP_CLASSES) + 1)).astype(np.float32)


def sources_of(setting: str) -> tuple[str, ...]:
    """Return the land-cover sources of a PFT setting.

    Raises:
        ConfigError: there is no such setting.
    """
    if setting not in SOURCES_OF_SETTING:
        raise ConfigError(
            f"no PFT setting is called '{setting}'; choose one of {', '.join(SOURCES_OF_SETTING)}."
        )
    return SOURCES_OF_SETTING[setting]
