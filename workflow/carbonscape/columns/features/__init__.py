"""From native archives to what models of a column read, on the grid."""
