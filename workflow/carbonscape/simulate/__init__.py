"""The simulated Earth: writes archives in the sources' native formats, with the truth apart.

This package shares no code with ``archives``, ``quality`` or ``features``: a convention that is
wrong on one side must fail a test, not cancel out.
"""
