"""Maps of a column, tile by tile."""
