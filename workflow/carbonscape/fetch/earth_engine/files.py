"""A file on cells: fetched piece by piece, written step by step, checked, with its receipt."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import DownloadError, ResultError
from carbonscape.core.io import atomic_path
from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.earth_engine.catalogue import Catalogue, Span, lacking
from carbonscape.fetch.earth_engine.cells import Cells
from carbonscape.fetch.earth_engine.pixels import Pixels, Step
from carbonscape.fetch.earth_engine.recipes import Field, Recipe
from carbonscape.fetch.earth_engine.scratch import Scratch
from carbonscape.fetch.earth_engine.window import Window, side_of_pieces
from carbonscape.fetch.receipts import write_receipt
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.want import Want

#: Cells along a side of what the file keeps together.
_CHUNK = 300
_EPOCH = dt.date(1970, 1, 1)
_DIMENSIONS = ("time", "lat", "lon")


def fetch_cells(want: Want, *, recipe: Recipe, policy: Policy = POLICY) -> None:
    """Fetch one year of a product on the cells of a grid.

    Args:
        want: the file; ``when`` is a year, ``cell`` the size of a cell, ``options`` may hold
            ``gpp_confidence``.
        recipe: what is made of the images.
        policy: bounds on attempts and time.

    Raises:
        DownloadError: the service does not deliver; what has come is kept for the next run.
    """
    try:
        _File(want, recipe, policy).fetch()
    except ResultError as error:
        raise no_room(want.target) from error


def no_room(target: Path) -> DownloadError:
    """Return the refusal of a folder that takes no more."""
    return DownloadError(
        f"{target.name}: the disk that holds '{target.parent}' is full, or may not be written to; "
        "what was received is kept: free some space, or point the config key 'raw' at a larger "
        "disk, and run the same command again."
    )


def side_of(recipe: Recipe, cell: float) -> int:
    """Return how many cells along a side one request of a recipe asks for."""
    size = sum(np.dtype(field.dtype).itemsize for field in recipe.fields)
    pixels = recipe.most * max(recipe.ratio(cell), 1.0) ** 2
    return side_of_pieces(bytes_of_cell=size, pixels_of_cell=pixels)


class _File:
    """One file on its way."""

    def __init__(self, want: Want, recipe: Recipe, policy: Policy) -> None:
        self.want, self.recipe, self.policy = want, recipe, policy
        self.target, self.label = Path(want.target), Path(want.target).name
        self.year = int(want.when[:4])
        self.window = Window.of(want.cell, want.area)
        self.side = side_of(recipe, want.cell)
        self.scratch = Scratch(self.target)

    def fetch(self) -> None:
        """Fetch, write, and say what was done."""
        session.start(self.want.hosts.get("earth_engine", ""), policy=self.policy)
        spans = self._spans()
        steps = self._steps(spans)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        pixels = Pixels(
            self.window,
            fields=self.recipe.fields,
            scratch=self.scratch,
            policy=self.policy,
            label=self.label,
        )
        pixels.check_grid()
        pixels.fetch(steps, side=self.side)
        # Written among the pieces, so that a kill leaves no half of a large file beside the target.
        whole = self.scratch.folder / self.target.name
        with atomic_path(whole) as temporary:
            self._write(temporary, spans, steps, pixels)
        os.replace(whole, self.target)
        write_receipt(
            self.target,
            source=self.want.source.name,
            request=self._request(spans, steps),
            client=session.client_name(),
        )
        self.scratch.remove()

    def _spans(self) -> list[Span]:
        """Return the steps that the archive has, once it is what it should be."""
        asset = self.want.source.dataset
        catalogue = Catalogue(asset, policy=self.policy, label=self.label)
        spans = catalogue.spans(self.year, step=self.recipe.step, most=self.recipe.most)
        for span in (spans[0], spans[-1]):
            catalogue.require_bands(self.recipe.bands, span.first, span.end)
        return spans

    def _steps(self, spans: Sequence[Span]) -> list[Step]:
        """Return the expression of each step."""
        cells = Cells(
            self.want.source.dataset,
            recipe=self.recipe,
            options=self.want.options,
            cell=self.want.cell,
            transform=self.window.transform(),
        )
        return [Step.of(f"{span.time}", cells.step(span.first, span.end)) for span in spans]

    def _request(self, spans: Sequence[Span], steps: Sequence[Step]) -> dict:
        """Return what was asked for, for the receipt."""
        text = "".join(step.text for step in steps)
        return {
            "asset": self.want.source.dataset,
            "recipe": self.recipe.name,
            "year": self.year,
            "cell": self.want.cell,
            "area": self.want.area,
            "screening": self.recipe.screening_text(self.want.options),
            "steps": len(spans),
            "not_in_archive": lacking(spans, step=self.recipe.step),
            "images": sum(span.images for span in spans),
            "expressions_sha256": hashlib.sha256(text.encode()).hexdigest(),
        }

    def _write(
        self, path: Path, spans: Sequence[Span], steps: Sequence[Step], pixels: Pixels
    ) -> None:
        """Write the netCDF, one field of one step in memory at a time."""
        with netCDF4.Dataset(path, "w", format="NETCDF4") as data:
            self._describe(data, [span.time for span in spans])
            if absent := lacking(spans, step=self.recipe.step):
                # What the archive itself lacks is not missing from this file.
                data.setncattr("not_in_archive", ", ".join(absent))
            for field in self.recipe.fields:
                self._add_variable(data, field)
            something = False
            for number, step in enumerate(steps):
                empty: NDArray[np.bool_] | None = None
                for field in self.recipe.fields:
                    values = pixels.load(step, field, side=self.side)
                    empty = self._check(field, values, empty, step.name)
                    something |= bool(not empty.all())
                    data[field.name][number] = values
        if not something and self.want.area is None:
            raise DownloadError(
                f"{self.label}: not one cell of the globe has a value in {self.year}; the quality "
                "bits may have changed their meaning: report this, and use no file of this version."
            )

    def _describe(self, data: netCDF4.Dataset, times: Sequence[dt.date]) -> None:
        """Write what the file is, and its axes."""
        source = self.want.source
        data.setncatts(
            {
                "Conventions": "CF-1.11",
                "title": f"{source.title}, on cells of {self.want.cell:g} degrees",
                "source": source.dataset,
                "version": source.versions[0] if source.versions else "",
                "screening": self.recipe.screening_text(self.want.options),
            }
        )
        days = np.array([(time - _EPOCH).days for time in times])
        axes = (
            ("time", "i4", days, {"standard_name": "time", "units": "days since 1970-01-01"}),
            ("lat", "f8", self.window.lat, _axis("latitude", "degrees_north")),
            ("lon", "f8", self.window.lon, _axis("longitude", "degrees_east")),
        )
        for name, kind, values, attributes in axes:
            data.createDimension(name, len(values))
            variable = data.createVariable(name, kind, (name,))
            variable.setncatts(attributes)
            variable[:] = values

    def _add_variable(self, data: netCDF4.Dataset, field: Field) -> None:
        """Add an empty variable."""
        height, width = self.window.shape
        variable = data.createVariable(
            field.name,
            np.dtype(field.dtype),
            _DIMENSIONS,
            compression="zlib",
            complevel=4,
            chunksizes=(1, min(height, _CHUNK), min(width, _CHUNK)),
            fill_value=False if field.fill is None else field.fill,
        )
        # What is written is what is stored, whatever the scale factor.
        variable.set_auto_maskandscale(False)
        variable.setncatts(field.attributes)

    def _check(
        self, field: Field, values: NDArray, empty: NDArray[np.bool_] | None, step: str
    ) -> NDArray[np.bool_]:
        """Refuse a field that contradicts the others of its layer; return which cells are empty.

        Args:
            field: which one; a value comes before its share and count.
            values: (lat, lon) what it holds.
            empty: where the value before it has nothing; none before the first.
            step: time, for the message.

        Earth Engine answers 0 where something is masked: a value without any image behind it, or
        images without a value, would be such a 0.
        """
        if field.fill is not None:
            found = values == field.fill
            with_others = self.recipe.by_class or self.recipe.shared
            contradicts = with_others and empty is not None and bool((found != empty).any())
            contradicts |= not np.isfinite(values).all()
            empty = found
        elif field.name.endswith("images"):
            contradicts = bool(((values == 0) != empty).any())
        else:
            contradicts = bool((values > 100).any() or values[empty].any())
        if contradicts:
            raise DownloadError(
                f"{self.label}, {step}: {field.name} contradicts the values beside it (a value "
                "where no image counts, or none where one does); Earth Engine's rules for masks "
                "may have changed: report this, and use no file of this version."
            )
        assert empty is not None, "the first field of a layer is its value"
        return empty


def _axis(name: str, units: str) -> dict[str, str]:
    """Return the attributes of an axis of the grid."""
    return {"standard_name": name, "units": units}
