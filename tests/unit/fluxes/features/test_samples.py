"""Which tower months become samples, and the arrays that a model reads for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.features.calendar import MODIS_8DAY, MONTHLY
from carbonscape.fluxes.features.samples import (
    build_block,
    build_year_block,
    hide_later_steps,
    pad_windows,
    select_samples,
    usable_samples,
    windows_of,
)
from carbonscape.fluxes.features.series import build_site_series
from carbonscape.fluxes.settings import WINDOWS
from carbonscape.fluxes.tables import COUNTS, SAMPLES
from carbonscape.models.block import Block

N = np.nan


def site_series(*, calendar=MONTHLY, years=2, land_cover=("igbp",)) -> xr.Dataset:
    """Three sites from 2000 on; LAI = 1000 x site + step, T2M = -LAI.

    AA misses March 2001 in T2M; CC has nothing.
    """
    steps = years * calendar.steps_per_year
    lai = 1000.0 * np.arange(3)[:, None] + np.arange(steps)
    values = np.stack([lai, -lai], axis=-1)
    if calendar is MONTHLY:
        values[0, 14, 1] = N
        values[2] = N
    dims = ("site", "step", "variable")
    pfts = {
        f"pft_{s}": (("site", f"{s}_class"), np.eye(3, 4 + i)) for i, s in enumerate(land_cover)
    }
    return xr.Dataset(
        {"series": (dims, values * 0 - 1), "series_filled": (dims, values), **pfts},
        coords={
            "site": ["AA", "BB", "CC"],
            "variable": ["LAI", "T2M"],
            "year": ("step", 2000 + np.arange(steps) // calendar.steps_per_year),
        },
    )


def months(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["site", "year", "month", "target", "dropped_by"])
    return table.assign(qc=0.9)


MONTHS = months(
    ("AA", 2000, 12, 1.0, "kept"),  # complete everywhere
    ("AA", 2001, 2, 2.0, "kept"),  # complete everywhere: March comes later
    ("AA", 2001, 3, 3.0, "kept"),  # its own month is missing
    ("AA", 2001, 4, 4.0, "kept"),  # its own month only
    ("AA", 2001, 5, 5.0, "outlier"),
    ("AA", 2001, 9, 5.5, "kept"),  # six months from April on are known, twelve are not
    ("BB", 2000, 1, 6.0, "kept"),  # nothing before January 2000
    ("BB", 2000, 6, 7.0, "kept"),  # six months, not twelve
    ("BB", 2002, 1, 8.0, "kept"),  # after the end of the series
    ("CC", 2001, 6, 9.0, "kept"),  # no predictors at all
)
#: The same as samples.
SAMPLE_ROWS = MONTHS.rename(columns={"target": "observed"}).assign(weight=1.0)


def select(windows=("jan_to_m", "6m"), *, table=MONTHS, incomplete="drop"):
    return select_samples(
        table, site_series(), calendar=MONTHLY, windows=windows, incomplete_windows=incomplete
    )


def targets(samples: pd.DataFrame, column: str) -> list[float]:
    return samples.loc[samples[column], "observed"].tolist()


# --- windows -------------------------------------------------------------------------------------


def test_windows_read_the_filled_series_of_each_sample():
    samples = pd.DataFrame({"site": ["BB", "AA"], "year": [2001, 2000], "month": [2, 12]})
    found = windows_of(site_series(), MONTHLY, "6m", samples)
    np.testing.assert_array_equal(found[0, :, 0], [1008, 1009, 1010, 1011, 1012, 1013])
    np.testing.assert_array_equal(found[1, :, 1], [-6, -7, -8, -9, -10, -11])


def test_windows_before_the_first_year_are_missing_on_the_left():
    samples = pd.DataFrame({"site": ["AA"], "year": [2000], "month": [2]})
    found = windows_of(site_series(), MONTHLY, "6m", samples)
    np.testing.assert_array_equal(found[0, :, 0], [N, N, N, N, 0, 1])


def test_windows_of_an_eight_day_series_by_hand():
    samples = pd.DataFrame({"site": ["AA", "BB"], "year": [2000, 2001], "month": [5, 5]})
    found = windows_of(site_series(calendar=MODIS_8DAY), MODIS_8DAY, "1m", samples)
    # May owns three steps; other months, which the same model serves, four.
    expected = [[16, 16, 17, 18], [1062, 1062, 1063, 1064]]
    np.testing.assert_array_equal(found[..., 0], expected)


def test_a_site_without_series_is_refused():
    samples = pd.DataFrame({"site": ["AA", "ZZ"], "year": [2000, 2000], "month": [1, 1]})
    with pytest.raises(InputError, match="no series for the sites ZZ"):
        windows_of(site_series(), MONTHLY, "1m", samples)


def test_padding_takes_the_next_later_step_and_never_fills_the_last():
    windows = np.array([[[N, 1], [2, N], [N, N], [5, 6]], [[1, 1], [N, 2], [3, N], [N, N]]])
    padded = pad_windows(windows)
    np.testing.assert_array_equal(
        padded, [[[2, 1], [2, 6], [5, 6], [5, 6]], [[1, 1], [3, 2], [3, N], [N, N]]]
    )
    assert np.isnan(windows[0, 0, 0])


# --- selection -----------------------------------------------------------------------------------


def test_a_window_is_complete_where_every_step_of_every_variable_is_known():
    samples, _ = select()
    assert targets(samples, "complete_1m") == [1, 2, 4, 5.5, 6, 7]
    assert targets(samples, "complete_jan_to_m") == [1, 2, 6, 7]
    assert targets(samples, "complete_6m") == [1, 2, 5.5, 7]
    assert targets(samples, "complete_12m") == [1, 2]
    assert 5.0 not in samples["observed"].tolist()  # rejected by quality control


def test_common_samples_are_complete_for_the_windows_compared_only():
    assert targets(select(("jan_to_m", "6m"))[0], "common") == [1, 2, 7]
    assert targets(select(("1m",))[0], "common") == [1, 2, 4, 5.5, 6, 7]
    assert targets(select(("1m", "12m"))[0], "common") == [1, 2]


def test_counts_say_what_is_left_after_each_step():
    _, counts = select()
    found = {row.step: (row.rows, row.sites) for row in counts.itertuples()}
    assert found == {
        "qualified": (9, 3),
        "predictors": (6, 2),
        "jan_to_m": (4, 2),
        "1m": (6, 2),
        "6m": (4, 2),
        "12m": (2, 1),
        "12m_monthly": (2, 1),
        # A March after the month is no gap, but BB in June lacks the December before the series.
        "12m_centred": (2, 1),
        "common": (3, 2),
    }
    assert counts["paper_rows"].isna().all()


def test_padded_windows_need_only_their_last_step():
    samples, counts = select(("jan_to_m", "12m"), incomplete="pad")
    for window in WINDOWS:
        assert targets(samples, f"complete_{window}") == [1, 2, 4, 5.5, 6, 7]
    assert targets(samples, "common") == [1, 2, 4, 5.5, 6, 7]
    # The counts of a window say how many were complete before padding.
    assert counts.set_index("step").loc["12m", "rows"] == 2
    assert counts.set_index("step").loc["common", "rows"] == 6


def test_samples_and_counts_follow_their_schemas(tmp_path):
    samples, counts = select()
    write_table(samples, tmp_path / "samples.parquet", SAMPLES)
    write_table(counts, tmp_path / "counts.csv", COUNTS)
    assert len(read_table(tmp_path / "samples.parquet", SAMPLES)) == 9


@pytest.mark.parametrize("rows", [[("CC", 2001, 6, 9.0, "kept")], [("AA", 2001, 1, 1.0, "qc")]])
def test_no_sample_left_is_refused(rows):
    with pytest.raises(ResultError, match=r"no sample is left: of \d qualified tower months"):
        select(table=months(*rows))


#: Two months of AA that are only trained on: complete everywhere, and for one month alone.
LOWER = months(("AA", 2000, 11, 20.0, "train_only"), ("AA", 2001, 4, 21.0, "train_only"))


def test_months_of_lower_quality_are_samples_that_are_only_trained_on():
    table = pd.concat([MONTHS.drop(3), LOWER.assign(qc=[0.5, 0.75])], ignore_index=True)
    samples, counts = select(table=table)
    by_target = samples.set_index("observed")
    assert by_target.loc[20.0, ["scored", "weight", "common"]].tolist() == [False, 0.5, True]
    assert by_target.loc[21.0, ["scored", "weight", "common"]].tolist() == [False, 0.75, False]
    assert by_target.loc[21.0, "complete_1m"]
    others = by_target.drop([20.0, 21.0])
    assert others["scored"].all()
    assert (others["weight"] == 1).all()
    # They count in the last row alone, and need what scored ones need.
    _, without = select(table=MONTHS.drop(3))
    pd.testing.assert_frame_equal(counts.iloc[:-1], without)
    assert counts.iloc[-1][["step", "rows", "sites"]].tolist() == ["train_only", 1, 1]
    SAMPLES.check(samples, "test")
    COUNTS.check(counts, "test")


def test_samples_only_trained_on_are_no_samples_to_score():
    with pytest.raises(ResultError, match="no sample is left: of 0 qualified tower months"):
        select(table=LOWER)


def test_weights_reach_the_block_where_they_differ():
    block = block_of(table(("AA", 2001, 1), ("BB", 2001, 1)).assign(weight=[1.0, 0.5]))
    assert block.weight.tolist() == [1.0, 0.5]
    assert block.take(np.array([1])).weight.tolist() == [0.5]
    assert block_of(table(("AA", 2001, 1), ("BB", 2001, 1))).weight is None


def test_usable_samples_are_common_or_the_windows_own():
    samples, _ = select()
    assert usable_samples(samples, "6m", common=True)["observed"].tolist() == [1, 2, 7]
    own = usable_samples(samples, "6m", common=False)
    assert own["observed"].tolist() == [1, 2, 5.5, 7]
    assert own.index.tolist() == [0, 1, 2, 3]


# --- blocks --------------------------------------------------------------------------------------


def block_of(samples, *, window="6m", pft="igbp", land_cover=("igbp",)) -> Block:
    return build_block(
        samples, site_series(land_cover=land_cover), calendar=MONTHLY, window=window, pft=pft
    )


def test_a_block_holds_the_arrays_of_its_samples_in_order():
    samples = SAMPLE_ROWS.iloc[[7, 0]]
    block = block_of(samples)
    assert len(block) == 2
    np.testing.assert_array_equal(block.series[:, :, 0], [range(1000, 1006), range(6, 12)])
    np.testing.assert_array_equal(block.context["igbp"], [[0, 1, 0, 0], [1, 0, 0, 0]])
    assert block.month.tolist() == [6, 12]
    assert block.target.tolist() == [7.0, 1.0]
    assert block.series.dtype == block.context["igbp"].dtype == np.float32


def test_a_block_is_padded_where_its_window_is_incomplete():
    block = block_of(SAMPLE_ROWS.iloc[[6]])
    np.testing.assert_array_equal(block.series[0, :, 0], [1000] * 6)


@pytest.mark.parametrize(
    ("pft", "sources"),
    [
        ("none", []),
        ("igbp", ["igbp"]),
        ("esa_cci", ["esa_cci"]),
        ("igbp_esa_cci", ["igbp", "esa_cci"]),
    ],
)
def test_a_block_holds_the_land_cover_of_its_setting(pft, sources):
    block = block_of(SAMPLE_ROWS.iloc[:1], pft=pft, land_cover=("igbp", "esa_cci"))
    assert list(block.context) == sources
    widths = {"igbp": 4, "esa_cci": 5}
    assert [v.shape for v in block.context.values()] == [(1, widths[s]) for s in sources]


def test_land_cover_that_the_series_lack_is_refused():
    with pytest.raises(InputError, match="no 'esa_cci' land cover \\(they hold: igbp\\)"):
        block_of(SAMPLE_ROWS.iloc[:1], pft="igbp_esa_cci")
    with pytest.raises(InputError, match="they hold: none"):
        block_of(SAMPLE_ROWS.iloc[:1], land_cover=())


def test_take_keeps_the_parts_of_a_sample_together():
    block = block_of(SAMPLE_ROWS.iloc[[0, 1, 7]])
    for rows in (np.array([2, 0]), np.array([True, False, True])):
        part = block.take(rows)
        np.testing.assert_array_equal(part.series, block.series[rows])
        np.testing.assert_array_equal(part.context["igbp"], block.context["igbp"][rows])
        np.testing.assert_array_equal(part.month, block.month[rows])
        np.testing.assert_array_equal(part.target, block.target[rows])


def test_with_series_changes_the_predictors_alone():
    block = block_of(SAMPLE_ROWS.iloc[[0, 1]])
    other = block.with_series(block.series[:, -2:])
    assert other.series.shape == (2, 2, 2)
    assert other.target is block.target
    assert other.context is block.context
    assert other.month is block.month


# --- years ---------------------------------------------------------------------------------------


def year_block(samples, *, calendar=MONTHLY, series=None) -> Block:
    series = site_series(calendar=calendar) if series is None else series
    return build_year_block(samples, series, calendar=calendar, pft="igbp")


def table(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site", "year", "month"]).assign(observed=1.0, weight=1.0)


def test_a_year_shows_its_steps_up_to_the_month_and_nothing_later():
    block = year_block(table(("BB", 2001, 3), ("AA", 2000, 12), ("BB", 2001, 1)))
    year = np.arange(1012.0, 1024)
    expected = [[*year[:3], *[N] * 9], list(range(12)), [year[0], *[N] * 11]]
    np.testing.assert_array_equal(block.series[:, :, 0], expected)
    np.testing.assert_array_equal(block.series[:, :, 1], -np.array(expected))
    assert block.series.dtype == np.float32
    assert block.month.tolist() == [3, 12, 1]
    np.testing.assert_array_equal(block.context["igbp"].argmax(axis=1), [1, 0, 1])


def test_samples_of_a_site_and_year_share_a_row():
    block = year_block(
        table(("BB", 2001, 3), ("AA", 2001, 3), ("BB", 2000, 3), ("BB", 2001, 1), ("AA", 2001, 9))
    )
    assert block.year_row.tolist() == [0, 1, 2, 0, 1]
    assert block.take(np.array([3, 1])).year_row.tolist() == [0, 1]


@pytest.mark.parametrize("calendar", [MONTHLY, MODIS_8DAY])
@pytest.mark.parametrize("year", [2000, 2001])
def test_a_year_shows_what_the_window_january_to_month_shows(calendar, year):
    samples = table(*(("BB", year, month) for month in range(1, 13)))
    series = site_series(calendar=calendar)
    block = year_block(samples, calendar=calendar)
    assert block.series.shape == (12, {MONTHLY: 12, MODIS_8DAY: 44}[calendar], 2)
    for month, length in enumerate(calendar.window_lengths(), start=1):
        one = samples[samples["month"] == month]
        window = build_block(one, series, calendar=calendar, window="jan_to_m", pft="igbp")
        np.testing.assert_array_equal(block.series[month - 1, :length], window.series[0])
        assert np.isnan(block.series[month - 1, length:]).all()


def test_steps_of_an_eight_day_year_by_hand():
    # No month owns the composites of days 121 and 305.
    block = year_block(table(("AA", 2001, 12), ("AA", 2001, 2)), calendar=MODIS_8DAY)
    owned = [46 + step for step in range(46) if step not in (15, 38)]
    assert block.series[0, :, 0].tolist() == owned
    assert block.series[1, :8, 0].tolist() == owned[:8]
    assert np.isnan(block.series[1, 8:]).all()


def test_padding_of_a_year_never_takes_a_value_after_the_month():
    series = site_series()
    series["series_filled"][1, [12, 14, 15], 0] = N  # LAI of BB in January, March and April 2001
    block = year_block(table(("BB", 2001, 2), ("BB", 2001, 3), ("BB", 2001, 5)), series=series)
    # January takes February; March takes May only where the sample may see May.
    np.testing.assert_array_equal(
        block.series[:, :5, 0],
        [[1013, 1013, N, N, N], [1013, 1013, N, N, N], [1013, 1013, 1016, 1016, 1016]],
    )
    np.testing.assert_array_equal(block.series[1, :3, 1], [-1012, -1013, -1014])
    assert np.isnan(block.series[:, 5:]).all()


def test_a_series_that_ends_within_the_year_serves_the_months_before():
    series = site_series().isel(step=slice(0, 17))
    block = year_block(table(("BB", 2001, 5), ("BB", 2001, 6)), series=series)
    np.testing.assert_array_equal(block.series[0, :5, 0], range(1012, 1017))
    assert np.isnan(block.series[1, 5]).all()  # incomplete: no such sample is selected


def test_later_steps_are_hidden_in_place():
    values = np.arange(24.0).reshape(2, 12, 1)
    hide_later_steps(values, np.array([2, 12]), MONTHLY)
    np.testing.assert_array_equal(values[0, :, 0], [0, 1, *[N] * 10])
    np.testing.assert_array_equal(values[1, :, 0], range(12, 24))


@pytest.mark.parametrize("read", ["window", "year"])
def test_a_sample_sees_later_months_through_filled_values_alone(read):
    def june(july: float) -> np.ndarray:
        """What a sample of June reads where the LAI of April and June is missing."""
        lai = [1.0, 2.0, 3.0, N, 5.0, N, july, *range(8, 13)]
        months = pd.DataFrame({"site": "AA", "year": 2001, "month": range(1, 13), "LAI": lai})
        series = build_site_series(
            months, pd.DataFrame({"site": ["AA"], "igbp": ["ENF"]}), variables=["LAI"],
            units={"LAI": "m2 m-2"}, calendar=MONTHLY, max_gap_steps=2, climatology=True,
            lowest=True,
        )  # fmt: skip
        options = {"calendar": MONTHLY, "pft": "none"}
        if read == "window":
            block = build_block(table(("AA", 2001, 6)), series, window="jan_to_m", **options)
        else:
            block = build_year_block(table(("AA", 2001, 6)), series, **options)
        return block.series[0, :, 0]

    expected = [1, 2, 3, 4, 5, 6] + ([] if read == "window" else [N] * 6)
    np.testing.assert_allclose(june(7), expected)
    expected[5] = 50  # the gap of June lies half-way to July; that of April is older
    np.testing.assert_allclose(june(95), expected)
