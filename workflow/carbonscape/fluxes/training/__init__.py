"""Samples, folds and experiments of tower fluxes for the shared trainer."""
