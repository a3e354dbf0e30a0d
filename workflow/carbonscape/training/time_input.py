"""Time encodings: nothing, the year as a predictor, or the background already taken away.

Nothing in the 16 predictors of XCO2 tells the year, but most of the variance of XCO2 is growth.
``none`` is the paper's way; ``year_fraction`` adds the decimal year to the predictors;
``background_anomaly`` lets the model predict the departure from a smooth background of growth,
latitude and season. All numbers come from training rows alone, and go where the model goes:
into cross-validation, into the kept model and onto tiles. ``zonal_trend_anomaly`` does the same
with a background whose growth depends on latitude: CO2 does not rise everywhere at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ConfigError
from carbonscape.models.block import Block
from carbonscape.models.smooth import LeastSquares, harmonics, legendre, products

#: Values of the setting, the paper's first.
TIME_INPUTS = ("none", "year_fraction", "background_anomaly", "zonal_trend_anomaly")

#: Settings that learn numbers from training rows: those of a background.
LEARNT = ("background_anomaly", "zonal_trend_anomaly")

#: Name of the predictor that ``year_fraction`` adds.
DECIMAL_YEAR = "DECIMAL_YEAR"

#: Highest Legendre polynomial of the sine of latitude, and harmonics of the year (annual and
#: semiannual), in the background.
DEGREE, HARMONICS = 3, 2


@dataclass(frozen=True)
class TimeInput:
    """One setting with the numbers that training rows gave it.

    Attributes:
        name: one of ``TIME_INPUTS``.
        numbers: of the background, by name; none for the other settings.
    """

    name: str = "none"
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def variables(self, names: Sequence[str]) -> list[str]:
        """Return the names of the predictors that a model reads."""
        return [*names, DECIMAL_YEAR] if self.name == "year_fraction" else list(names)

    def apply(self, block: Block) -> Block:
        """Return samples as the model reads them, the target being what it should predict."""
        if self.name == "year_fraction":
            # The same at every step: the steps before the month differ from it by whole months.
            steps = block.series.shape[1]
            year = np.broadcast_to(_where(block)[:, None, 2:], (len(block), steps, 1))
            series = np.concatenate([block.series, year.astype(np.float32)], axis=2)
            return block.with_series(series)
        if self.name in LEARNT:
            return replace(block, target=block.target - self.background(block))
        return block

    def restore(self, predicted: NDArray[np.float64], block: Block) -> NDArray[np.float64]:
        """Return predictions in the unit of the target, with the background if there is one.

        Args:
            predicted: (sample,) or (member, sample) of what :meth:`apply` made the target.
            block: the samples, as before :meth:`apply`.
        """
        if self.name in LEARNT:
            return predicted + self.background(block)
        return predicted

    def background(self, block: Block) -> NDArray[np.float64]:
        """Return the smooth background of samples: (sample,)."""
        function = LeastSquares.of_numbers(self.numbers)
        middle = float(self.numbers["middle"][0])
        return function.predict(background_columns(block, middle=middle, name=self.name))


#: The time encoding of a model that has none.
NO_TIME = TimeInput()


def fit_time_input(name: str, block: Block) -> TimeInput:
    """Return a setting with what it needs to know of training samples.

    Raises:
        ConfigError: there is no such setting.
    """
    if name not in TIME_INPUTS:
        raise ConfigError(
            f"no time encoding is called '{name}'; there are {', '.join(TIME_INPUTS)}."
        )
    if name not in LEARNT:
        return TimeInput(name)
    middle = float(_where(block)[:, 2].mean())
    function = LeastSquares.fit(
        background_columns(block, middle=middle, name=name), block.target, block.weight
    )
    return TimeInput(name, {**function.numbers(), "middle": np.array([middle])})


def background_columns(
    block: Block, *, middle: float, name: str = "background_anomaly"
) -> NDArray[np.float64]:
    """Return the columns of the background of a setting, (sample, column).

    Growth: years since ``middle`` and their square. Place: Legendre polynomials of the sine of
    latitude. Season: harmonics of the year times those polynomials. Calendar months that no
    training row has are extrapolated: less than a year of samples is good for its months alone.
    With ``zonal_trend_anomaly`` the years are multiplied by the polynomials too.
    """
    where = _where(block)
    time = where[:, 2] - middle
    place = legendre(where[:, 0], DEGREE)
    season = products(harmonics(where[:, 2], HARMONICS), place)
    # The first polynomial is one everywhere, as the intercept is.
    columns = [time[:, None], time[:, None] ** 2, place[:, 1:], season]
    if name == "zonal_trend_anomaly":
        columns.append(time[:, None] * place[:, 1:])
    return np.concatenate(columns, axis=1)


def _where(block: Block) -> NDArray[np.float64]:
    """Return latitude, longitude and decimal year of samples."""
    if block.where is None:
        raise RuntimeError("this time input needs samples that know where and when they are")
    return block.where
