"""Reading what tells how OCO-2 and OCO-3 see the levels of the air: kernels, priors, weights.

Lite files carry them on 20 levels of pressure, from the top down: ``xco2_averaging_kernel``
(normalised by the pressure weights), ``co2_profile_apriori`` (ppm of dry air), ``pressure_weight``
and ``pressure_levels`` (hPa); Data User's Guide of version 11.1, section 4. Files whose variables a
service has picked may lack them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.lazy import reading
from carbonscape.core.errors import InputError

#: Variables of the file, by what they are.
NAMES = {
    "pressure": "pressure_levels",
    "weight": "pressure_weight",
    "kernel": "xco2_averaging_kernel",
    "prior": "co2_profile_apriori",
}

_MISSING = -999999.0


@dataclass(frozen=True)
class Profiles:
    """How columns were retrieved, all (sounding, level), pressure ascending along the levels.

    Attributes:
        pressure: hPa.
        weight: share of each level in the column, 1; they add up to about 1.
        kernel: column averaging kernel, 1.
        prior: a priori mole fraction of CO2 in dry air, ppm.
    """

    pressure: NDArray[np.float64]
    weight: NDArray[np.float64]
    kernel: NDArray[np.float64]
    prior: NDArray[np.float64]

    def complete(self) -> NDArray[np.bool_]:
        """Say which soundings have all values, (sounding,)."""
        parts = (self.pressure, self.weight, self.kernel, self.prior)
        return np.isfinite(np.stack(parts)).all(axis=(0, 2))

    def take(self, rows: NDArray) -> Profiles:
        """Return some of the soundings."""
        parts = (self.pressure, self.weight, self.kernel, self.prior)
        return Profiles(*(values[rows] for values in parts))


def read_oco_profiles(path: str | os.PathLike[str], rows: NDArray[np.intp]) -> Profiles | None:
    """Read the profiles of some soundings of a Lite file.

    Args:
        path: the file.
        rows: (sounding,) positions in the file.

    Returns:
        The profiles, NaN where missing; None if the file lacks one of ``NAMES``.

    Raises:
        InputError: a variable is not on (sounding, level), or levels are not in order.
    """
    origin = str(path)
    with reading(origin), netCDF4.Dataset(path) as dataset:
        dataset.set_auto_maskandscale(False)
        if any(name not in dataset.variables for name in NAMES.values()):
            return None
        found = {part: _rows(dataset[name], rows, origin) for part, name in NAMES.items()}
    if len({values.shape for values in found.values()}) > 1:
        shapes = {NAMES[part]: values.shape[1] for part, values in found.items()}
        raise InputError(
            f"{origin}: the profiles differ in their levels ({shapes}); fetch it again."
        )
    steps = np.diff(found["pressure"], axis=1)
    steps = steps[np.isfinite(steps).all(axis=1)]
    if steps.size and (steps < 0).all():
        found = {part: values[:, ::-1] for part, values in found.items()}
    elif steps.size and not (steps > 0).all():
        raise InputError(
            f"{origin}: {NAMES['pressure']} neither rises nor falls along the levels of every "
            "sounding; delete the file and fetch it again."
        )
    return Profiles(**found)


def _rows(variable: netCDF4.Variable, rows: NDArray[np.intp], origin: str) -> NDArray[np.float64]:
    """Return some soundings of a variable on (sounding, level), NaN where missing."""
    if variable.ndim != 2 or getattr(variable.dtype, "kind", "O") != "f":
        raise InputError(
            f"{origin}: {variable.name} holds {variable.dtype} on {variable.ndim} dimensions, "
            "expected floating-point numbers on soundings and levels."
        )
    values = variable[:][rows].astype(np.float64)
    return np.where((values == _MISSING) | (np.abs(values) > 1e30), np.nan, values)
