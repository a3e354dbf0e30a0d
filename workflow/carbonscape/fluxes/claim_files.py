"""Which numbers of figures the claims of the paper about maps and products are put to.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from carbonscape.figures.registry import Figure

#: Maps over whose regions claims speak.
CLAIM_MAPS = ("fig07.nc", "fig08.nc", "fig09.nc", "fig10.nc", "fig13.nc", "fig14.nc")

#: Tables that claims read.
CLAIM_TABLES = (
    *("fig08_climates.csv", "fig09_spread.csv", "fig10_climates.csv", "fig12_latitude.csv"),
    *("fig12_regions.csv", "fig13_variability.csv", "fig14_climates.csv", "fig15.csv"),
    "fig16a_growth.csv",
)


def claim_maps(product: str, root: str, figures: Iterable[Figure]) -> list[str]:
    """Return those files of ``CLAIM_MAPS`` that the figures of a run show.

    Args:
        product: name of the flux.
        root: folder of its results.
        figures: those that the run draws of it.
    """
    return _among(CLAIM_MAPS, product, _files(product, root, figures))


def claim_tables(
    product: str, root: str, figures: Iterable[Figure], tables: Iterable[str]
) -> list[str]:
    """Return those files of ``CLAIM_TABLES`` that a run makes, and what goes with them.

    That is the differences of figure 15, and the means by region.

    A run without maps has none of them; its claims about maps read "not run".

    Args:
        product: name of the flux.
        root: folder of its results.
        figures: those that the run draws of it.
        tables: further tables of its page of the report.
    """
    files = _files(product, root, figures)
    found = _among(CLAIM_TABLES, product, [*files, *tables])
    if _among(["fig15.csv"], product, found):
        found.append(f"{root}/figures/{product}_fig15_differences.csv")
    if _among(CLAIM_MAPS, product, files):
        found.append(f"{root}/figures/{product}_region_means.csv")
    return found


def _files(product: str, root: str, figures: Iterable[Figure]) -> list[str]:
    """Return the numbers of some figures."""
    return [path for figure in figures for path in figure.files(product, root).values()]


def _among(wanted: Iterable[str], product: str, files: Iterable[str]) -> list[str]:
    """Return the files that are wanted, each once, in the order in which they are wanted."""
    by_name = {PurePosixPath(path).name: path for path in files}
    names = (f"{product}_{name}" for name in wanted)
    return [by_name[name] for name in names if name in by_name]
