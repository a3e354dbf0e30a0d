"""The native files of a simulated tower archive: what a holder of FLUXNET2015 has.

Equal tables give equal bytes: no clock and no machine is in them.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from carbonscape.core.io import atomic_path
from carbonscape.simulate.sites import SitePlan

#: What ``bad`` can break at the first site, for tests of refusals.
DEFECTS = (
    "no_qc_column", "text_in_number", "cut_short", "empty", "doubled_month", "unordered_months",
    "no_monthly_file", "site_not_listed", "site_without_predictors",
)  # fmt: skip

_MAIN = {"A": "Tropical", "B": "Arid", "C": "Temperate", "D": "Cold", "E": "Polar"}
_MISSING = -9999


@dataclass(frozen=True)
class Tower:
    """One tower with what truly happens there and what is observed of it.

    Attributes:
        plan: what the tower is.
        truth: the months of ``months_of``.
        fluxes: the months of ``observe_fluxes``.
        predictors: the months of ``observe_predictors``.
    """

    plan: SitePlan
    truth: pd.DataFrame
    fluxes: pd.DataFrame
    predictors: pd.DataFrame


def _add_columns(table: pd.DataFrame, index: int, product: str) -> pd.DataFrame:
    """Return the table with the optional columns of this site; FULLSET adds the CUT family."""
    table, sunlight = table.copy(), table["SW_IN_F"].to_numpy()
    if index % 2:
        table.insert(10, "PPFD_IN", sunlight * 0.45 * 4.57)  # 4.57 umol J-1 (McCree 1972)
        table.insert(11, "PPFD_IN_QC", 1.0)
    if index % 3 == 0:
        table.insert(10, "NETRAD", 0.77 * sunlight - 50.0)
    if index % 4 == 1:
        table.insert(10, "USTAR", np.nan)
    if product == "FULLSET":
        cut = {n: n.replace("VUT", "CUT") for n in table if "VUT" in n}
        decoys = table[list(cut)].rename(columns=cut)
        decoys.loc[:, ~decoys.columns.str.endswith("QC")] *= 1.5
        table = pd.concat([table.iloc[:, :10], decoys, table.iloc[:, 10:]], axis=1)
    return table


def _yearly(table: pd.DataFrame) -> pd.DataFrame:
    """Return the YY table: yearly sums of fluxes (gC m-2 y-1) and rain, means of the rest.

    ``table`` holds whole years; a year with a missing month is missing.
    """
    stamp = table["TIMESTAMP"].to_numpy()
    month = [f"{value // 100}-{value % 100:02d}" for value in stamp]
    days = pd.PeriodIndex(month, freq="M").days_in_month.to_numpy()
    names = list(table.columns[1:])
    years = table[names].to_numpy(float, copy=True)
    summed = [n.startswith(("NEE", "RECO", "GPP", "P_F")) and "QC" not in n for n in names]
    years[:, summed] *= 12 * days[:, None]
    years = years.reshape(-1, 12, len(names)).mean(axis=1)
    result = pd.DataFrame(years, columns=names)
    result.insert(0, "TIMESTAMP", stamp[::12] // 100)
    return result


def _csv(table: pd.DataFrame) -> str:
    """Return a table as FLUXNET writes it: six significant digits, -9999 for missing."""
    return table.to_csv(index=False, na_rep=str(_MISSING), float_format="%.6g", lineterminator="\n")


def _zip(members: dict[str, str | bytes], *, compression: int) -> bytes:
    """Return a zip archive whose bytes depend on the members alone (no clock, no machine)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, date_time=(2016, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, members[name], compress_type=compression)
    return buffer.getvalue()


def _break_csv(text: str, bad: str | None) -> str:
    """Return the text of a monthly file with one of ``DEFECTS`` in it."""
    lines = text.splitlines(keepends=True)
    if bad == "empty":
        return ""
    if bad == "cut_short":
        return text[: text.index(lines[-2]) + len(lines[-2]) // 2]
    if bad == "no_qc_column":
        table = pd.read_csv(io.StringIO(text), dtype=str)
        return _csv(table.drop(columns="NEE_VUT_REF_QC"))
    if bad == "text_in_number":
        table = pd.read_csv(io.StringIO(text), dtype=str)
        table.loc[3, "NEE_VUT_REF"] = "see note"
        return _csv(table)
    if bad == "doubled_month":
        lines.insert(5, lines[4])
    if bad == "unordered_months":
        lines[4], lines[5] = lines[5], lines[4]
    return "".join(lines)


def site_files(plan: SitePlan, fluxes: pd.DataFrame, *, bad: str | None = None) -> dict[str, bytes]:
    """Return the members of the bundle for one site, by name.

    Most sites come as one zip with the monthly (MM) and yearly (YY) file; by their number some
    are FULLSET (with a reanalysis file beside), loose monthly files, of older or AmeriFlux
    names, or present in an outdated version as well, whose fluxes must not be used.
    """
    number = plan.index
    product = "FULLSET" if number % 7 == 3 else "SUBSET"
    version = "beta-3" if number % 12 == 7 else "2-4" if number % 5 == 4 else "1-4"
    network = f"FLX_{plan.site}_FLUXNET2015"
    if number % 8 == 6:
        network, version = f"AMF_{plan.site}_FLUXNET", "3-5"
    span = f"{plan.first_year}-{plan.last_year}"

    def name(kind: str, version: str, ending: str) -> str:
        return f"{network}_{kind}_{span}_{version}.{ending}"

    table = _add_columns(fluxes, number, product)
    monthly = _break_csv(_csv(table), bad)
    if number % 9 == 5:
        return {name(f"{product}_MM", version, "csv"): monthly.encode()}
    members: dict[str, str | bytes] = {
        name(f"{product}_MM", version, "csv"): monthly,
        name(f"{product}_YY", version, "csv"): _csv(_yearly(table)),
    }
    if bad == "no_monthly_file":
        del members[name(f"{product}_MM", version, "csv")]
    if product == "FULLSET":
        weather = {"TA_F": "TA_ERA", "SW_IN_F": "SW_IN_ERA", "VPD_F": "VPD_ERA", "P_F": "P_ERA"}
        reanalysis = fluxes[["TIMESTAMP", *weather]].rename(columns=weather)
        members[name("ERAI_MM", version, "csv")] = _csv(reanalysis)
    found = {name(product, version, "zip"): _zip(members, compression=zipfile.ZIP_DEFLATED)}
    if number % 10 == 9:
        outdated = table.copy()
        outdated[[n for n in table if "_VUT_" in n and "QC" not in n]] *= 0.7
        before = "beta-2" if version == "beta-3" else "1-3"
        old = {name(f"{product}_MM", before, "csv"): _csv(outdated)}
        found[name(product, before, "zip")] = _zip(old, compression=zipfile.ZIP_DEFLATED)
    return found


def write_archive(
    folder: str | os.PathLike[str], towers: list[Tower], *, bad: str | None = None
) -> None:
    """Write the bundle of zips, the site list and the predictor table of an archive.

    ``bad`` puts one of ``DEFECTS`` into the first tower.

    Raises:
        ResultError: the disk is full or the folder cannot be written to.
    """
    folder, bundle = Path(folder), {}
    for number, tower in enumerate(towers):
        bundle |= site_files(tower.plan, tower.fluxes, bad=bad if number == 0 else None)
    listed = [tower.plan for tower in towers[bad == "site_not_listed" :]]
    tables = [tower.predictors for tower in towers[bad == "site_without_predictors" :]]
    table = pd.concat(tables or [towers[0].predictors.iloc[:0]])
    text = table.sort_values(["site", "year", "month"]).to_csv(index=False, lineterminator="\n")
    # No time of writing in the gzip header: the same table gives the same bytes.
    _write_bytes(folder / "predictors_monthly.csv.gz", gzip.compress(text.encode(), mtime=0))
    _write_bytes(folder / "sites.csv", _site_list(listed).encode())
    _write_bytes(folder / "fluxnet2015.zip", _zip(bundle, compression=zipfile.ZIP_STORED))


def _site_list(plans: list[SitePlan]) -> str:
    """Return ``sites.csv``: site, lat, lon, igbp, koppen, koppen_main, sorted by site."""
    rows = [
        f"{p.site},{p.lat},{p.lon},{p.igbp},{p.koppen},{_MAIN[p.koppen[0]]}\n"
        for p in sorted(plans, key=lambda plan: plan.site)
    ]
    return "".join(["site,lat,lon,igbp,koppen,koppen_main\n", *rows])


def _write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
