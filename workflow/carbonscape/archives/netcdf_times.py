"""Times of netCDF files: CF units, dates in digits, and what looks like either and is neither."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError

#: Years that dates in digits may tell.
_YEARS = (1800, 2200)


def decode_times(values: NDArray, attrs: dict, name: str, origin: str) -> NDArray:
    """Return times as datetime64[ns].

    Args:
        values: (time,) numbers: CF times where the unit says ``since``, else dates in digits, all
            YYYYMMDD (a fraction is that of the day, as CDO writes absolute times) or all YYYYMM.
        attrs: attributes of the variable.
        name: its name, for messages.
        origin: the file, for messages.

    Raises:
        InputError: there is no time, one is missing, or they are of neither form.
    """
    units = str(attrs.get("units", ""))
    if not values.size:
        raise InputError(f"{origin}: there is no time step in it; delete it and fetch it again.")
    try:
        if np.isnan(values.astype(np.float64)).any():
            raise ValueError("a time is missing")
        if "since" in units:
            return _since(values, attrs, name)
        return _digits(values.astype(np.float64))
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{origin}: the times of {name} cannot be understood ({error}); expected units such as "
            f"'seconds since 1970-01-01' or dates such as 20010131 or 200101, found units "
            f"{units!r}."
        ) from error


def _since(values: NDArray, attrs: dict, name: str) -> NDArray:
    """Return CF times."""
    kept = {key: attrs[key] for key in ("units", "calendar") if key in attrs}
    plain = xr.Variable((name,), values, kept)
    decoded = xr.decode_cf(xr.Dataset({"t": plain}))["t"].values
    if decoded.dtype.kind != "M":
        raise ValueError(f"the calendar {attrs.get('calendar')} has other days")
    return decoded.astype("datetime64[ns]")


def _digits(values: NDArray[np.float64]) -> NDArray:
    """Return dates in digits; a month stands for its first day."""
    whole = np.floor(values)
    low, high = _YEARS
    if ((whole >= low * 10_000) & (whole < high * 10_000)).all():
        days = pd.to_datetime(whole.astype(np.int64).astype(str), format="%Y%m%d")
        return (days + pd.to_timedelta(np.round((values - whole) * 86_400), unit="s")).to_numpy(
            "datetime64[ns]"
        )
    if ((whole >= low * 100) & (whole < high * 100)).all() and (whole == values).all():
        text = np.char.add(whole.astype(np.int64).astype(str), "01")
        return pd.to_datetime(text, format="%Y%m%d").to_numpy("datetime64[ns]")
    raise ValueError(f"{values[0]:.10g} is no date of the form YYYYMMDD or YYYYMM")
