"""Scores of a column, and the numbers behind its figures and tables."""
