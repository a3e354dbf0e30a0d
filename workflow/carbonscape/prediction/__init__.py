"""Prediction: tiles, streaming inference and mosaics."""
