"""Filters of observations, and the counts of what they leave."""
