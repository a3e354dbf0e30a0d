"""The products that the paper compares, by the names that tables give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carbonscape.fluxes.evaluation.map_evidence import OWN

#: Products of others by the names of ``archives.gpp_products``.
OTHERS = ("fluxcom", "nies", "metaflux", "nirv_gpp", "lue_ssvc", "vpm_gpp")
#: The six with the paper's own.
ALL = (OWN, *OTHERS)
#: Those upscaled from towers, and those of models of light use, as section 4.3 sorts them.
DATA_DRIVEN, LIGHT_USE = (OWN, "fluxcom", "nies", "metaflux", "nirv_gpp"), ("lue_ssvc", "vpm_gpp")
#: "Other data-driven products": all but FluxCom, which knows no CO2.
WITH_CO2 = tuple(name for name in DATA_DRIVEN if name != "fluxcom")


def only(values: Mapping[str, float], names: Sequence[str] = ALL) -> dict[str, float]:
    """Return the numbers of some products, in their order."""
    return {name: values[name] for name in names if name in values}
