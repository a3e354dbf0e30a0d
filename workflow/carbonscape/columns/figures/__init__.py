"""Drawings of the numbers of a column."""
