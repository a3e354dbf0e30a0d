"""Writers and readers share no code, and name classes alike."""

from __future__ import annotations

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.simulate.cover import IGBP, PFTS
from carbonscape.simulate.geography import KOPPEN
from helpers import two_sides as sides


def test_the_two_sides_name_climates_and_classes_alike() -> None:
    assert KOPPEN == sides.BECK
    assert IGBP == IGBP_CLASSES == sides.IGBP
    assert PFTS == PFT_CLASSES == sides.PFTS
