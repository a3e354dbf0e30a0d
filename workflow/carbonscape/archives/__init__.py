"""Readers: a native file in, a labelled table out, with units and fill values settled once."""
