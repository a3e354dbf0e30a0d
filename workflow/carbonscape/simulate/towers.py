"""Simulated flux towers: the files that a holder of FLUXNET2015 has.

``simulate_sites`` says what truly happens where towers stand; ``observe_fluxes`` and
``observe_predictors`` are what instruments make of it, and ``write_archive`` writes the files.
No ranking of methods may be claimed from these data.
"""

from __future__ import annotations

import os

import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.files import DEFECTS, Tower, write_archive
from carbonscape.simulate.instruments import observe_fluxes, observe_predictors
from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.sites import months_of, plans_of


def simulate_towers(
    folder: str | os.PathLike[str],
    *,
    sites: xr.Dataset,
    seed: int,
    parts: EarthParts,
    bad: str | None = None,
) -> list[Tower]:
    """Write a simulated tower archive from the truth of its sites.

    ``folder`` receives ``fluxnet2015.zip``, ``sites.csv`` and ``predictors_monthly.csv.gz``.
    Equal arguments give equal bytes; a site's content does not depend on how many sites follow
    it. Predictors are given for every month of the truth, fluxes for the years of each tower.

    Args:
        folder: where the files go.
        sites: the truth, from ``simulate_sites`` or its file.
        seed: of the errors of instruments.
        parts: which of their errors are switched on.
        bad: one of ``DEFECTS``, put into the first tower for tests of refusals.

    Returns:
        The towers that were simulated.

    Raises:
        ConfigError: an unknown defect.
        ResultError: the disk is full or a folder cannot be written to.
    """
    if bad is not None and bad not in DEFECTS:
        raise ConfigError(
            f"bad: found '{bad}', expected one of {', '.join(DEFECTS)} or none; correct it."
        )
    towers = []
    for plan in plans_of(sites):
        truth = months_of(sites, plan)
        fluxes = observe_fluxes(plan, truth, seed=seed, parts=parts)
        predictors = observe_predictors(plan, truth, seed=seed, parts=parts)
        towers.append(Tower(plan, truth, fluxes, predictors))
    write_archive(folder, towers, bad=bad)
    return towers
