"""The Earth as a sphere."""

from __future__ import annotations

#: Mean radius of the Earth, km.
EARTH_RADIUS = 6371.0
