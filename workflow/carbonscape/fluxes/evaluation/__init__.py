"""Scores of a flux, and the numbers behind its figures and tables."""
