"""What a run makes of permuted predictors: their importance, and the area of applicability.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.fluxes.settings import Setting


class Permuted:
    """The part of the plan of a flux that permutes predictors.

    Attributes:
        config: the whole configuration.
        root: folder of the flux's results.
        crossval, map: configuration of the cross-validation and of the maps.
        shown: window and PFT setting that figures show.
        settings: the matrix of the cross-validation.
        maps, tiles: names of the maps and of their tiles.
    """

    config: Mapping[str, Any]
    root: Any
    crossval: Any
    map: Any
    shown: Any
    settings: Any
    maps: Any
    tiles: Any

    @property
    def permuted_settings(self) -> list[Setting]:
        """What predictors are permuted for: the shown setting of some models."""
        listed = self.crossval["importance"]["models"]
        settings = [Setting(name, **self.shown) for name in listed]
        return [setting for setting in settings if setting in self.settings]

    @property
    def permuted_models(self) -> list[str]:
        """The models whose predictors are permuted."""
        return [setting.model for setting in self.permuted_settings]

    def permutations(self, scheme: str, setting: Setting) -> int:
        """Return how often each group of predictors is permuted in a cross-validation."""
        shown = scheme == f"split_{self.config['figures']['split']}"
        permuted = shown and setting in self.permuted_settings
        return self.crossval["importance"]["repeats"] if permuted else 0

    @property
    def applicable_pfts(self) -> list[str]:
        """PFT settings whose maps have an area of applicability: those that figures show."""
        known = self.maps and self.permuted_settings
        return list(self.map["pfts"]) if known else []

    def applicability_files(self, pft: str) -> list[str]:
        """Return the tiles of the dissimilarity of the maps of a PFT setting; or none."""
        if pft not in self.applicable_pfts:
            return []
        return [f"{self.root}/applicability/{pft}/{tile}.nc" for tile in self.tiles]

    def permuted_runs(self) -> list[str]:
        """Return the run.json of every cross-validation in which predictors are permuted."""
        split = f"split_{self.config['figures']['split']}"
        return [
            f"{self.root}/crossval/{split}/{setting.name}.run.json"
            for setting in self.permuted_settings
        ]
