"""What a product is: its words, units, bounds and the variables of its maps.

One trainer, one tile predictor, one writer of maps and one format of saved models serve all
products; what differs between them in words, units and bounds stands in one module each.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: What stands where a map has no value: netCDF's own fill value of floats.
FILL = 9.96921e36

#: The same of bit masks of four bytes: a bit that no other meaning has.
FILL_CODE = 1 << 30


@dataclass(frozen=True)
class Layer:
    """A variable of a product's maps.

    Attributes:
        attributes: of the variable, after the CF conventions; lists become arrays of ``kind``.
        kind: ``f4``, or ``u1`` for codes and ``i4`` for bit masks.
        fill: what stands where there is no data.
        required: whether tiles without it are refused; else the product has it if they do.
        annual: whether it has one value a year, not one a month.
    """

    attributes: Mapping[str, Any]
    kind: str = "f4"
    fill: float | int = FILL
    required: bool = True
    annual: bool = False


@dataclass(frozen=True)
class Exchange:
    """A quantity as the tables of CMIP, with ESMValTool's additions, have it: for exported maps.

    Attributes:
        name: of the variable.
        units: its unit there.
        factor: by which values in the unit of the maps become values in that one.
        table: the table of CMIP6 that it belongs to.
    """

    name: str
    units: str
    factor: float
    table: str

    def file_name(self, map_name: str, version: str, first: str, last: str) -> str:
        """Return the name of the file of a map, as ESMValTool names observations.

        Args:
            map_name: the map, ``<model>-<setting>``; data sets have no underscore there.
            version: of carbonscape.
            first, last: months of the map, YYYY-MM.
        """
        data_set = f"carbonscape-{map_name.replace('_', '-')}"
        months = f"{first.replace('-', '')}-{last.replace('-', '')}"
        return f"OBS6_{data_set}_reanaly_{version}_{self.table}_{self.name}_{months}.nc"


@dataclass(frozen=True)
class Product:
    """A quantity that models of the registry are trained to predict and map.

    Attributes:
        name: section of the configuration, folder of the results, variable of the maps.
        wing: ``fluxes`` or ``columns``: the rooms that make it.
        label: name in messages, figures and the report.
        long_name: the same in words.
        unit: of the target and of the maps, for messages and tables.
        plausible: lowest and highest monthly mean of a cell that a prediction may have; beyond
            it training or predictors are wrong.
        map_bounds: lowest and highest monthly mean that the finished maps may hold.
        layers: the variables of the maps, the product's own first.
        beside: further variables of the finished maps, which no prediction makes: a map has
            those that its files of the cover and of the applicability give.
        title: what the titles of the maps call it.
        trained_on: what the training samples are, for messages and the attributes of the maps.
        source: what else maps are made from, for their attributes.
        references: what to cite, for the attributes of the maps.
        targets: choices of the target (``quality.target``), the default first: the columns of
            the tower archive whose mean it is.
        fluorescence: whether satellite fluorescence is expected to follow it.
        simulated: whether the simulated Earth knows its true maps.
        reported: table of resources/ with the values that a paper reports; empty for none.
        samples_hint: where to look when a sample is wrong.
        window_hint: why a window may be incomplete.
        variables_hint: how to leave a predictor out.
        exchange: how CMIP has the quantity; none where its tables lack it.
        leave_out_constant: whether a network leaves out a predictor that never varies in
            training; else it is refused.
    """

    name: str
    wing: str
    label: str
    long_name: str
    unit: str
    plausible: tuple[float, float]
    map_bounds: tuple[float, float]
    layers: Mapping[str, Layer]
    title: str
    trained_on: str
    source: str
    references: str
    samples_hint: str
    window_hint: str
    variables_hint: str
    leave_out_constant: bool
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[str, Layer] = field(default_factory=dict)
    fluorescence: bool = False
    simulated: bool = False
    reported: str = ""
    exchange: Exchange | None = None

    def options_key(self, model: str) -> str:
        """Return the configuration's key of a model's options."""
        return f"{self.name}.models.{model}"
