"""Samples, folds and experiments of columns for the shared trainer."""
