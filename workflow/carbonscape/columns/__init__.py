"""The wing of satellite columns: XCO2; others of the same kind could follow."""
