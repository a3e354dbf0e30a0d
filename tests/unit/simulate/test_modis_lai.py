"""Simulated retrievals of MOD15A2H: raw units, fill classes, QC bits, composites that exist."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from carbonscape.simulate.modis_lai import dark, missing_composites, raw_units, retrieve
from carbonscape.simulate.native import LEAVES, NativeArchive
from helpers.leaves_made import ALL, CLEAR, archive


def composites(images: NativeArchive, year: int, name: str) -> np.ndarray:
    """Return a band (composite, row, column) of a year."""
    found = images.images(LEAVES, dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
    return np.stack([image.bands[name] for image in found])


def test_raw_units_are_tenths_of_lai_and_hundredths_of_fpar() -> None:
    assert raw_units(np.array([2.34, 0.0, 12.0]), 0.1).tolist() == [23, 0, 100]
    assert raw_units(np.array([0.678, 1.2, -0.1]), 0.01).tolist() == [68, 100, 0]


def test_a_clear_cell_is_seen_with_an_error_of_a_tenth() -> None:
    rng = np.random.default_rng(0)
    lai = np.full((100, 200), 3.0)
    seen = retrieve(rng, lai=lai, fpar=lai * 0 + 0.6, cloud=lai * 0, luck=rng.random(lai.shape))
    assert (seen.lai / 10).mean() == pytest.approx(3.0, abs=0.01)
    assert (seen.lai / 10).std() == pytest.approx(0.3, abs=0.01)
    assert (seen.fpar / 100).mean() == pytest.approx(0.6, abs=0.005)
    assert (seen.fpar / 100).std() == pytest.approx(0.03, abs=0.003)
    thick = retrieve(
        rng, lai=2 * lai, fpar=lai * 0 + 0.9, cloud=lai * 0, luck=rng.random(lai.shape)
    )
    assert (thick.lai / 10).std() == pytest.approx(1.2, abs=0.1)  # saturation: twice as noisy


def test_quality_bits_say_what_happened() -> None:
    rng = np.random.default_rng(0)
    lai = np.full((300, 300), 4.0)
    luck = rng.random(lai.shape)
    seen = retrieve(rng, lai=lai, fpar=lai * 0 + 0.8, cloud=lai * 0 + 0.4, luck=luck)
    scf, back_up = seen.qc >> 5, (seen.qc & 1) == 1
    assert set(np.unique(scf)) == {0, 1, 2, 3, 4}
    assert (scf <= 1).mean() == pytest.approx(0.6, abs=0.01)
    assert ((scf <= 1) == (luck >= 0.4)).all()
    odd = (scf == 1) & back_up  # such as 33
    assert 0 < odd.mean() < 0.003
    assert (back_up == ((scf >= 2) | odd)).all()
    nothing = scf == 4
    assert set(np.unique(seen.qc[nothing])) == {157}
    assert set(np.unique(seen.lai[nothing])) == set(np.unique(seen.fpar[nothing])) == {255}
    assert seen.lai[~nothing].max() <= 100
    main, poor = seen.lai[scf <= 1].mean(), seen.lai[(scf == 2) | (scf == 3)].mean()
    assert poor < 0.8 * main  # to be discarded
    state = (seen.qc >> 3) & 3
    assert (state[scf == 0] == 0).mean() > 0.9
    assert (state[scf == 3] == 0).mean() < 0.5
    assert {0, 8, 16, 32, 97} <= set(np.unique(seen.qc))
    for bit, share in ((2, 0.01), (4, 0.005)):
        assert ((seen.qc & bit) > 0)[~nothing].mean() == pytest.approx(share, abs=0.002)


def test_saturation_comes_with_dense_leaves() -> None:
    rng = np.random.default_rng(0)
    share = []
    for lai in (1.0, 6.0):
        leaves = np.full(10000, lai)
        luck = np.ones(10000)
        seen = retrieve(rng, lai=leaves, fpar=leaves / 10, cloud=leaves * 0, luck=luck)
        share.append(((seen.qc >> 5) == 1).mean())
    assert share[0] < 0.005
    assert share[1] == pytest.approx(0.75, abs=0.02)


def test_fill_classes_follow_the_land_cover() -> None:
    images = archive(CLEAR)
    for name in ("Lai_500m", "Fpar_500m"):
        values = composites(images, 2001, name)
        for column, fill in ((2, 254), (3, 253), (4, 252), (5, 250)):
            assert set(values[:, 0, column]) == {fill}
        assert set(values[:, 2, [0, 3, 4, 5]].ravel()) == {254}  # beyond the land
        assert values[:, 1].max() <= 100
    qc = composites(images, 2001, "FparLai_QC")
    assert set(qc[:, 0, 2:].ravel()) == {157}


def test_a_pixel_of_the_archive_is_seen_like_a_retrieval() -> None:
    images = archive(CLEAR)
    assert composites(images, 2001, "Lai_500m")[:, 1].mean() == pytest.approx(23.4, abs=0.5)
    assert composites(images, 2001, "Fpar_500m")[:, 1].mean() == pytest.approx(67.8, abs=0.5)


def test_nothing_is_seen_in_winter_darkness() -> None:
    january, july = dt.date(2001, 1, 1), dt.date(2001, 7, 4)
    assert dark(np.array([70.0, 45.0, -70.0]), [january, july]).tolist() == [
        [True, False, False],
        [False, False, True],
    ]
    images = archive(CLEAR)
    seen = composites(images, 2001, "Lai_500m")
    assert seen.shape == (46, 3, 6)
    assert (composites(images, 2001, "FparLai_QC")[0, 1] != 157).all()


def test_switching_off_outages_leaves_the_other_composites_as_they_are() -> None:
    whole = SimpleNamespace(clouds=True, missing_composites=False)
    few, many = (
        composites(archive(parts, seed=3, cloud=0.3), 2001, "Lai_500m") for parts in (ALL, whole)
    )
    gone = sorted(missing_composites(2001, seed=3))
    assert (few == np.delete(many, gone, axis=0)).all()


def test_clouds_can_be_switched_off() -> None:
    share = [
        (composites(archive(parts, cloud=0.9), 2001, "FparLai_QC")[:, 1] >> 5 <= 1).mean()
        for parts in (ALL, CLEAR)
    ]
    assert share[0] == pytest.approx(0.1, abs=0.06)
    assert share[1] == 1.0
