"""Figures: they draw the numbers that ``evaluation`` computed, and compute nothing."""
