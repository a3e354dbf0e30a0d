"""Maps of a flux, tile by tile."""
