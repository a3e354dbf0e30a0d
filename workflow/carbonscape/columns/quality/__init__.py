"""Gridding of soundings, and monthly means of TCCON."""
