"""Simulated flux towers: the files that a holder of FLUXNET2015 has, and the truth beside them.

Three steps, so that a fuller simulated Earth can feed or replace each of them: ``plan_sites``
(where and when towers stand), ``simulate_site`` (what truly happens there, monthly) and
``observe_fluxes`` / ``observe_predictors`` (what instruments make of it). ``simulate_towers``
runs them and ``write_archive`` writes the files. No ranking of methods may be claimed from
these data.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from carbonscape.errors import ConfigError
from carbonscape.io import atomic_path
from carbonscape.simulate.earth import simulate_site
from carbonscape.simulate.files import DEFECTS, Tower, write_archive
from carbonscape.simulate.instruments import observe_fluxes, observe_predictors
from carbonscape.simulate.parts import TowerParts
from carbonscape.simulate.sites import plan_sites


def simulate_towers(
    folder: str | os.PathLike[str],
    *,
    truth_path: str | os.PathLike[str],
    sites: int,
    first_year: int,
    last_year: int,
    seed: int,
    parts: TowerParts | None = None,
    bad: str | None = None,
) -> list[Tower]:
    """Write a simulated tower archive, and the truth apart from it.

    ``folder`` receives ``fluxnet2015.zip``, ``sites.csv`` and ``predictors_monthly.csv.gz``;
    ``truth_path`` (.csv or .parquet) receives site, year, month and the true gpp, reco and nee
    (gC m-2 d-1) of the flux months. Equal arguments give equal bytes; a site's content does not
    depend on how many sites follow it. Towers measure from ``first_year`` to ``last_year``;
    some start late or end early by up to a third of that, and see ``TowerParts.early_years``.

    Returns:
        The towers that were simulated.

    Raises:
        ConfigError: an impossible number of sites or years, an unknown defect, or a truth that
            would lie inside the archive.
        ResultError: the disk is full or a folder cannot be written to.
    """
    _check_arguments(Path(folder), Path(truth_path), sites, first_year, last_year, bad)
    parts = parts or TowerParts()
    towers = []
    for plan in plan_sites(
        sites=sites, first_year=first_year, last_year=last_year, seed=seed, parts=parts
    ):
        truth = simulate_site(plan, seed=seed, parts=parts)
        fluxes = observe_fluxes(plan, truth, seed=seed, parts=parts)
        predictors = observe_predictors(plan, truth, seed=seed, parts=parts)
        towers.append(Tower(plan, truth, fluxes, predictors))
    write_archive(folder, towers, bad=bad)
    _write_truth(Path(truth_path), towers)
    return towers


def _write_truth(path: Path, towers: list[Tower]) -> None:
    """Write the true fluxes of the flux months of all towers."""
    tables = [
        tower.truth[tower.truth["year"] >= tower.plan.first_year].assign(site=tower.plan.site)
        for tower in towers
    ]
    table = pd.concat(tables).sort_values(["site", "year", "month"]).reset_index(drop=True)
    table = table[["site", "year", "month", "gpp", "reco", "nee"]]
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False, compression="zstd")
        else:
            table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


def _check_arguments(
    folder: Path, truth_path: Path, sites: int, first_year: int, last_year: int, bad: str | None
) -> None:
    """Refuse arguments from which no honest archive can be made."""
    if not 1 <= sites <= 6760:
        raise ConfigError(
            f"sites: found {sites}, expected 1 to 6760 simulated towers; choose a number in that "
            "range."
        )
    if not 1900 <= first_year <= last_year <= 2100:
        raise ConfigError(
            f"first_year, last_year: found {first_year} and {last_year}, expected years from 1900 "
            "to 2100 with the first not after the last; correct them."
        )
    if bad is not None and bad not in DEFECTS:
        raise ConfigError(
            f"bad: found '{bad}', expected one of {', '.join(DEFECTS)} or none; correct it."
        )
    if truth_path.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f"truth_path: {truth_path} lies inside the archive {folder}, where a training rule "
            "could read it; give a path outside of the archive."
        )
    if truth_path.suffix not in (".csv", ".parquet"):
        raise ConfigError(
            f"truth_path: found the ending '{truth_path.suffix}', expected .csv or .parquet; "
            "rename it."
        )
