"""Reading priors and averaging kernels of TCCON (public files of GGG2020 and later).

Layout of a real public file (Harwell, 2023): ``prior_co2`` in ppm and ``prior_h2o`` on (time,
prior_altitude), both of wet air, as their attribute ``note`` says, ``prior_pressure`` in atm,
``ak_xco2`` on (time, ak_altitude) and ``ak_pressure`` in hPa (Laughner et al. 2024,
doi 10.5194/essd-16-2197-2024). Files of GGG2014 keep theirs in another form and are not read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import TracebackType

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.lazy import reading
from carbonscape.archives.xco2_variables import decode_times
from carbonscape.core.errors import InputError

#: Variables without which kernels cannot be applied.
NEEDED = ("time", "prior_co2", "prior_pressure", "ak_xco2", "ak_pressure")

#: What brings pressures to hPa, by their unit in small letters.
_HPA = {"atm": 1013.25, "hpa": 1.0, "mbar": 1.0, "pa": 0.01}


@dataclass(frozen=True)
class SitePrior:
    """Prior and kernel of some spectra, their mean; pressure ascending.

    Attributes:
        pressure: (level,) of the prior, hPa.
        prior: (level,) CO2 in dry air, ppm.
        kernel_pressure: (kernel level,) hPa.
        kernel: (kernel level,) column averaging kernel, 1.
    """

    pressure: NDArray[np.float64]
    prior: NDArray[np.float64]
    kernel_pressure: NDArray[np.float64]
    kernel: NDArray[np.float64]


class TcconProfiles:
    """The profiles of a file, read for a few spectra at a time; close it after use.

    Args:
        path: a TCCON file.

    Attributes:
        absent: variables of ``NEEDED`` that the file lacks: without them there is no prior.

    Raises:
        InputError: it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._origin = str(path)
        with reading(self._origin):
            self._data = netCDF4.Dataset(path)
        self._data.set_auto_maskandscale(False)
        self.absent = [name for name in NEEDED if name not in self._data.variables]
        self._time = np.empty(0, dtype="datetime64[ms]")
        if not self.absent:
            time = self._data["time"]
            units = str(getattr(time, "units", "")) or "seconds since 1970-01-01"
            found = decode_times(time[:], units)
            if found is None:
                raise InputError(
                    f"{self._origin}: the times cannot be understood (units {units!r}), expected "
                    "such as 'seconds since 1970-01-01 00:00:00'; fetch the file again."
                )
            self._time = found

    def __enter__(self) -> TcconProfiles:
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._data.close()

    def mean(self, times: NDArray[np.datetime64]) -> SitePrior | None:
        """Return the mean prior and kernel of the spectra of some moments.

        Args:
            times: (spectrum,) as :func:`carbonscape.archives.tccon.read_tccon` gives them.

        Returns:
            None where the file lacks them, or has none of the moments with all values.

        Raises:
            InputError: a variable has another shape or unit.
        """
        rows = np.flatnonzero(np.isin(self._time, times))
        if self.absent or not rows.size:
            return None
        # Spectra of a few hours lie beside each other: one slice is read.
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        rows = rows - rows[0]
        pressure = self._rows("prior_pressure", part)[rows] * self._factor("prior_pressure")
        prior = self._rows("prior_co2", part)[rows]
        if "prior_h2o" in self._data.variables:
            # gas_dry = gas_wet * (1 + h2o_dry), h2o_dry = h2o_wet / (1 - h2o_wet).
            prior = prior / (1.0 - self._rows("prior_h2o", part)[rows])
        kernel = self._rows("ak_xco2", part)[rows]
        own = self._filled(self._data["ak_pressure"][:]) * self._factor("ak_pressure")
        good = np.isfinite(np.hstack([pressure, prior, kernel])).all(axis=1)
        if not good.any() or not np.isfinite(own).all():
            return None
        levels, values = _ascending(pressure[good].mean(axis=0), prior[good].mean(axis=0))
        own, kernel = _ascending(own, kernel[good].mean(axis=0))
        return SitePrior(levels, values, own, kernel)

    def _rows(self, name: str, part: slice) -> NDArray[np.float64]:
        """Return some spectra of a variable on (time, level), NaN where missing."""
        variable = self._data[name]
        numbers = getattr(variable.dtype, "kind", "O") in "iuf"
        if not numbers or variable.ndim != 2 or variable.shape[0] != self._time.size:
            raise InputError(
                f"{self._origin}: {name} holds {variable.dtype} in the shape {variable.shape}, "
                f"expected numbers, one profile for each of {self._time.size} spectra; fetch the "
                "public file of the archive."
            )
        with reading(self._origin):
            return self._filled(variable[part])

    def _factor(self, name: str) -> float:
        """Return what brings a pressure to hPa."""
        unit = str(getattr(self._data[name], "units", "")).strip()
        if unit.lower() not in _HPA:
            raise InputError(
                f"{self._origin}: {name} is in {unit!r}, expected {', '.join(_HPA)}; fetch the "
                "file again."
            )
        return _HPA[unit.lower()]

    @staticmethod
    def _filled(values: NDArray) -> NDArray[np.float64]:
        values = np.asarray(values, dtype=np.float64)
        return np.where(np.abs(values) < 1e30, values, np.nan)


def _ascending(
    pressure: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return levels and values in the order of rising pressure."""
    order = np.argsort(pressure, kind="stable")
    return pressure[order], values[order]
