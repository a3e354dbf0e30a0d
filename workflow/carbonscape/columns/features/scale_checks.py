"""Whether a predictor as a whole has the size of its unit: what no single value can tell.

A radiance of 1e-9 or a tree cover of 0.8 percent is possible anywhere, but somewhere on the land of
the globe a place is bright, and one is a forest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.coverage import Given
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Values on land that must be there before their largest tells anything.
ENOUGH_VALUES = 1000


@dataclass(frozen=True)
class Least:
    """What the largest value on land must reach, and the usual reason why it does not."""

    value: float
    unit: str
    hint: str


#: A tenth, or less, of what the largest value of any month on cells of 0.05 to 4 degrees is.
LARGEST = {
    "GPP": Least(1.0, "gC m-2 d-1", "is it in kgC m-2 d-1? multiply by 1000"),
    "EVI": Least(0.15, "1", "was the scale factor 0.0001 applied twice?"),
    "VCF": Least(5.0, "percent", "is it a fraction? multiply by 100"),
    "NTL": Least(1.0, "nW cm-2 sr-1", "is it in W cm-2 sr-1? multiply by 1e9"),
    "SO2": Least(2e-5, "mol m-2", "is it in mol cm-2? multiply by 10,000"),
    "NO2": Least(1e-5, "mol m-2", "is it in mol cm-2? multiply by 10,000"),
    "CO": Least(0.01, "mol m-2", "is it in mol cm-2? multiply by 10,000"),
}


class Sizes:
    """Remembers the largest value of each predictor on land, and how many values there are."""

    def __init__(self) -> None:
        self._largest: dict[str, float] = {}
        self._number: dict[str, int] = {}

    def add(self, name: str, values: NDArray[np.floating]) -> None:
        """Take the values (land cell) of a predictor in a month, NaN where there is none."""
        known = values[~np.isnan(values)]
        if name in LARGEST and known.size:
            self._largest[name] = max(self._largest.get(name, -np.inf), float(known.max()))
            self._number[name] = self._number.get(name, 0) + known.size

    def judge(self, given: Mapping[str, Given], *, accept: Collection[str]) -> None:
        """Refuse predictors that are too small everywhere.

        Args:
            given: where each predictor comes from.
            accept: sources that are warned of instead.

        Raises:
            InputError: names the file, its largest value and what it may come from.
        """
        for name, largest in self._largest.items():
            least = LARGEST[name]
            if self._number[name] < ENOUGH_VALUES or largest >= least.value or name not in given:
                continue
            where = given[name]
            found = (
                f"{name} is at most {largest:g} {least.unit} on all land, expected {least.value:g} "
                f"or more somewhere; {least.hint}"
            )
            if where.source in accept:
                findings.warn(where.origin, found, source=where.source)
                continue
            raise InputError(
                f"{where.origin}: {found} (accepted if the config key 'inputs.accept_implausible' "
                f"holds {where.source!r})."
            )
