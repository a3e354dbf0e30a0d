"""Products: one module a product, with what it is called, its unit, bounds and map layers."""
