"""Evaluation: scores of predictions, and the numbers behind every figure and table."""
