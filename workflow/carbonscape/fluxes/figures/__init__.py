"""Drawings of the numbers of a flux."""
