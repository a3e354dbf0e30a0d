"""Figures as rows: one row says what is drawn, from which numbers and where the report shows it.

The rules of plots (one a section of the report), its sections and the tests of captions are made
from the rows of the wings, ``fluxes/figures/registry.py`` and ``columns/figures/registry.py``.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.products.registry import get_product

#: What a run may lack, and with it the figures that need it: maps of the product, of
#: fluxes those of several years, a truth (of a simulated Earth alone), cross-validations by harder
#: hold-outs, satellite fluorescence, members of the maps that compare settings (of columns: of the
#: map that figures show), the map of the paper's authors, permuted predictors and, of maps, an area
#: of applicability, and of columns the reanalysis CAMS-EGG4.
NEEDS = frozenset(
    {
        "maps", "truth", "holdouts", "fluorescence", "spread", "authors", "importance",
        "applicability", "egg4", "years",
    }
)  # fmt: skip

#: What a drawing function may ask for beside its numbers: the product itself, the outlines of the
#: land, whether the Earth is a simulated one, and the setting that is shown of several.
PASSED = frozenset({"product", "land", "simulated", "shown"})


@dataclass(frozen=True)
class Numbers:
    """A file that a figure is drawn from.

    Attributes:
        path: below the results of the product, whose name may stand in it as ``{product}``.
        schema: ``module:NAME`` of the table's schema, or of a function that returns the schema of
            a product; empty for maps.
        variables: what a file of maps must hold; ``{product}`` is the name of the product.
    """

    path: str
    schema: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of all products of a wing.

    Attributes:
        stem: its name without the product: ``fig04``; the caption has the same.
        draw: ``module:function`` that draws it.
        section: section of the report that shows it, after the rows of that section before it.
        inputs: its numbers, by the keywords of the drawing function.
        passes: what else the drawing function takes, some of ``PASSED``.
        needs: what a product must have in this run, some of ``NEEDS``; else the figure is left
            out.
        mem_mb: memory that drawing it takes.
    """

    stem: str
    draw: str
    section: str
    inputs: Mapping[str, Numbers]
    passes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    mem_mb: int = 1000

    def __post_init__(self) -> None:
        unknown = (self.passes - PASSED) | (self.needs - NEEDS)
        if unknown:
            raise ValueError(f"figure {self.stem}: unknown {', '.join(sorted(unknown))}.")

    def name(self, product: str) -> str:
        """Return the name of the figure of a product, which its files have."""
        return f"{product}_{self.stem}"

    def files(self, product: str, folder: str) -> dict[str, str]:
        """Return the paths of its numbers by keyword.

        Args:
            product: name of the product.
            folder: the results of that product.
        """
        return {
            keyword: f"{folder}/{numbers.path.format(product=product)}"
            for keyword, numbers in self.inputs.items()
        }

    def params(self, product: str, *, simulated: bool, shown: str | None) -> dict[str, Any]:
        """Return what the script is told of the figure of a product.

        Args:
            product: name of the product.
            simulated: whether the Earth of the run is a simulated one.
            shown: the setting that is shown of several, ``<model>-<setting>``.
        """
        told = {"simulated": simulated, "shown": shown}
        demands = {
            keyword: numbers.schema or [name.format(product=product) for name in numbers.variables]
            for keyword, numbers in self.inputs.items()
        }
        return {
            "draw": self.draw,
            "demands": demands,
            "passes": sorted(self.passes),
            **{key: value for key, value in told.items() if key in self.passes},
        }

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that it names as text, which no import of the plotting script shows."""
        places = [self.draw, *(numbers.schema for numbers in self.inputs.values())]
        return tuple(sorted({place.partition(":")[0] for place in places if place}))


def words_of(product: str) -> dict[str, str]:
    """Return what captions print of a product."""
    described = get_product(product)
    return {"product": product, "label": described.label, "long_name": described.long_name}


def figures_of_wing(wing: str) -> tuple[Figure, ...]:
    """Return every row of a wing, in order."""
    # By name: what both wings share knows neither.
    return importlib.import_module(f"carbonscape.{wing}.figures.registry").FIGURES


def figures_of(product: str, available: Collection[str] = NEEDS) -> list[Figure]:
    """Return the figures of a product.

    Args:
        product: name of the product.
        available: which of ``NEEDS`` it has in this run.
    """
    rows = figures_of_wing(get_product(product).wing)
    return [figure for figure in rows if figure.needs <= set(available)]


def drawn_together(product: str, available: Collection[str] = NEEDS) -> dict[str, list[Figure]]:
    """Return the figures of a product by section of the report: one job draws a section.

    Starting a job costs more than drawing most figures. A section without a figure is left out.
    """
    found: dict[str, list[Figure]] = {}
    for figure in figures_of(product, available):
        found.setdefault(figure.section, []).append(figure)
    return found


def sections_of(product: str, available: Collection[str] = NEEDS) -> dict[str, list[str]]:
    """Return the names of a product's figures by section of the report, both in order.

    A section whose figures are all left out is empty.
    """
    drawn = drawn_together(product, available)
    return {
        section: [figure.name(product) for figure in drawn.get(section, [])]
        for section in drawn_together(product)
    }
