"""Columns of two instruments made comparable: one prior, and one averaging kernel, for both.

A retrieved column is ĉ = Σ h xa + Σ h a (x - xa): of the profile x it sees a share a at each level,
and takes the rest from its prior xa. Two instruments that look at the same air therefore differ.

- The column of OCO gets the prior of TCCON: ĉ' = ĉ + Σ h (1 - a) (xT - xO).
- TCCON scales its prior. The profile that it has found is β xT, with β from its own kernel,
  ĉT = Σ h xT + (β - 1) Σ h aT xT. OCO, with TCCON's prior, would have seen of that profile
  Σ h xT + (β - 1) Σ h a xT.

With kernels of ones both are what they were. All sums are over the levels of OCO.

Source: Rodgers and Connor (2003), doi 10.1029/2002JD002299; Wunch et al. (2011),
doi 10.5194/acp-11-12317-2011, appendix A, where TCCON's own kernel counts as one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.oco_profiles import Profiles
from carbonscape.archives.tccon_profiles import SitePrior


def on_levels(
    wanted: NDArray[np.floating], pressure: NDArray[np.floating], values: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return a profile at other pressures: linear in pressure, its ends beyond them.

    Args:
        wanted: (sounding, level) hPa.
        pressure: (site level,) ascending, hPa.
        values: (site level,).
    """
    return np.interp(wanted, pressure, values)


def with_prior(
    xco2: ArrayLike, profiles: Profiles, prior: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return columns as they would be with another prior.

    Args:
        xco2: (sounding,) ppm.
        profiles: how they were retrieved.
        prior: (sounding, level) the other prior, ppm.
    """
    missed = profiles.weight * (1.0 - profiles.kernel)
    return np.asarray(xco2, np.float64) + np.sum(missed * (prior - profiles.prior), axis=1)


def as_seen_by(
    xco2: ArrayLike,
    profiles: Profiles,
    prior: NDArray[np.floating],
    kernel: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Return what another instrument would have seen of a column that scaled its prior.

    Args:
        xco2: (sounding,) the column, ppm.
        profiles: of the other instrument, whose kernel is applied.
        prior: (sounding, level) the prior that was scaled, ppm.
        kernel: (sounding, level) with which it was retrieved.
    """
    column = np.sum(profiles.weight * prior, axis=1)
    own = np.sum(profiles.weight * kernel * prior, axis=1)
    seen = np.sum(profiles.weight * profiles.kernel * prior, axis=1)
    return column + (np.asarray(xco2, np.float64) - column) * seen / own


def harmonise(
    oco: ArrayLike, tccon: float, profiles: Profiles, site: SitePrior
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return columns of OCO with TCCON's prior, and TCCON as OCO would have seen it.

    Args:
        oco: (sounding,) ppm.
        tccon: mean of the spectra, ppm.
        profiles: of the soundings.
        site: mean prior and kernel of the spectra.

    Returns:
        Both (sounding,) ppm; their difference is what the instruments differ by.
    """
    prior = on_levels(profiles.pressure, site.pressure, site.prior)
    kernel = on_levels(profiles.pressure, site.kernel_pressure, site.kernel)
    both = np.full(len(prior), tccon)
    return with_prior(oco, profiles, prior), as_seen_by(both, profiles, prior, kernel)
