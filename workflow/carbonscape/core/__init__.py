"""Core: writing files, tables, errors, jobs, and the geometry and names that every room uses."""
