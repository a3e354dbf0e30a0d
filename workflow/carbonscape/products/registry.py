"""The products that there are: one module each, imported by name and only when used.

A job of one product does not rerun because another product's module changed or was added.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from carbonscape.core.errors import ConfigError
from carbonscape.products.product import Product

_FOLDER = Path(__file__).parent


def product_names() -> list[str]:
    """Return the names of all products, sorted: those of the modules here that make one."""
    return sorted(
        path.stem
        for path in _FOLDER.glob("*.py")
        if "\nPRODUCT = " in path.read_text(encoding="utf-8")
    )


def get_product(name: str) -> Product:
    """Return the product of that name.

    Raises:
        ConfigError: there is no such product.
    """
    if name not in product_names():
        raise ConfigError(f"no product is called '{name}'; there are {', '.join(product_names())}.")
    return importlib.import_module(f"carbonscape.products.{name}").PRODUCT
