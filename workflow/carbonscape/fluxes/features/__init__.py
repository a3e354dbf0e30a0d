"""From native archives to what models of a flux read, at towers and on the grid."""
