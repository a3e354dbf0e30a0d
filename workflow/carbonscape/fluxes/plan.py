"""What a run makes of a flux: its files, cross-validations, maps, years and tiles.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.core.tiles import tile_names
from carbonscape.fluxes.map_years import cover_years, seen_months, tile_years
from carbonscape.fluxes.others import inputs_of_other, years_of_other
from carbonscape.fluxes.periods import WEATHER_SOURCES
from carbonscape.fluxes.permuted import Permuted
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS, Setting
from carbonscape.models.registry import get_model, part_of, parts_of, parts_of_window
from carbonscape.products.map_name import MapName
from carbonscape.products.product import Product
from carbonscape.products.registry import get_product

#: Year in which the paper compares maps with ESA-CCI and with IGBP (figure 10).
COVER_YEAR = 2001

#: What the gap rule of the predictors needs to know.
_GAP_KEYS = ("step", "variables", "max_gap_steps", "gap_climatology", "gap_lowest")


@dataclass(frozen=True)
class FluxPlan(Permuted):
    """The plan of one flux of a run.

    Attributes:
        config: the whole configuration.
        name: the flux: its section of the configuration and its folder below ``results``.
        results: folder of the run.
    """

    config: Mapping[str, Any]
    name: str
    results: str

    @property
    def product(self) -> Product:
        """What the flux is."""
        return get_product(self.name)

    @property
    def section(self) -> Mapping[str, Any]:
        """The flux's section of the configuration."""
        return self.config[self.name]

    @property
    def root(self) -> str:
        """Folder of the flux's results."""
        return f"{self.results}/{self.name}"

    @property
    def crossval(self) -> Mapping[str, Any]:
        """Configuration of the cross-validation."""
        return self.section["crossval"]

    @property
    def map(self) -> Mapping[str, Any]:
        """Configuration of the maps."""
        return self.section["product"]

    @property
    def cell(self) -> float:
        """Size of a grid cell, degrees."""
        return self.section["grid"]["cell"]

    @property
    def weather(self) -> str:
        """The source of the weather."""
        return WEATHER_SOURCES[self.section["weather_source"]]

    @property
    def gridded(self) -> bool:
        """Whether predictors come from gridded archives, not from a table of the towers."""
        return self.section["features"]["step"] == "modis_8day"

    @property
    def years(self) -> list[int]:
        """Years of the predictors."""
        features = self.section["features"]
        return list(range(features["first_year"], features["last_year"] + 1))

    @property
    def cover_years(self) -> list[int]:
        """Years of the land cover: those of samples and maps only."""
        return cover_years(self.section)

    @property
    def tile_years(self) -> list[int]:
        """Years of the predictors of the grid."""
        return tile_years(self.section)

    @property
    def map_years(self) -> list[int]:
        """Years of the maps."""
        return list(range(self.map["first_year"], self.map["last_year"] + 1))

    @property
    def maps(self) -> list[str]:
        """The maps that the run makes, as ``<model>-<pft>``: those of products first."""
        return list(dict.fromkeys([*self.product_maps, *self.compared_maps]))

    @property
    def product_maps(self) -> list[str]:
        """The maps that figures of products show: every model in ``pfts``."""
        models, pfts = self.map["models"], self.map["pfts"]
        return [MapName(model, pft).name for model in models for pft in pfts]

    @property
    def compared_maps(self) -> list[str]:
        """The maps of the first model in every PFT setting that it is mapped with.

        Figures that compare settings show them, in the paper's order (figures 7, 9 and 10).
        """
        pfts = {*self.map["pfts"], *self.map["compared_pfts"]}
        ordered = [pft for pft in PFT_SETTINGS if pft in pfts]
        return [MapName(model, pft).name for model in self.map["models"][:1] for pft in ordered]

    @property
    def cover_maps(self) -> list[str]:
        """The maps with ESA-CCI and with IGBP alone, in this order, of figure 10; or none."""
        of = {MapName.parse(name).variant: name for name in self.compared_maps}
        return [of["esa_cci"], of["igbp"]] if {"esa_cci", "igbp"} <= set(of) else []

    @property
    def cover_year(self) -> int:
        """The year of figure 10: the paper's, or where it is not mapped that of the figures."""
        year = self.config["figures"]["map_year"]
        return COVER_YEAR if COVER_YEAR in self.map_years else year

    @property
    def shown_maps(self) -> list[str]:
        """The maps of products in one PFT setting: that of the figures, else the first."""
        pfts = self.map["pfts"]
        pft = self.shown["pft"] if self.shown["pft"] in pfts else pfts[0]
        return [name for name in self.product_maps if MapName.parse(name).variant == pft]

    @property
    def tiles(self) -> list[str]:
        """Names of the tiles of the maps, those of the region alone; none without maps."""
        if not self.maps:
            return []
        return tile_names(self.cell, self.map["tile_cells"], self.config["region"])

    @property
    def sif_months(self) -> list[str]:
        """Months in which maps are compared with satellite fluorescence, YYYY-MM; or none."""
        return seen_months(self.section) if self.product.fluorescence else []

    @property
    def sif_years(self) -> list[int]:
        """Years of these months."""
        return sorted({int(month[:4]) for month in self.sif_months})

    @property
    def available(self) -> set[str]:
        """What figures may show: ``maps``, ``truth``, ``importance``, ``holdouts``, ..."""
        found = {"holdouts"} if self.holdouts() else set()
        found |= {"importance"} if self.permuted_settings else set()
        if self.maps:
            found |= {"maps"} | ({"fluorescence"} if self.sif_months else set())
            found |= {"years"} if len(self.map_years) > 1 else set()
            found |= {"applicability"} if self.applicable_pfts else set()
            if self.config["archive"] == "simulated" and self.product.simulated:
                found |= {"truth"}
        return found

    @property
    def gap_rule(self) -> dict[str, Any]:
        """What decides the predictor series beside the native files."""
        return {key: self.section["features"][key] for key in _GAP_KEYS}

    @property
    def shown(self) -> dict[str, Any]:
        """Window and setting of the plant functional types that figures show."""
        return {key: self.config["figures"][key] for key in ("window", "pft")}

    @property
    def splits(self) -> list[str]:
        """Random splits of the sites, as ``split_0``."""
        return [f"split_{number}" for number in self.crossval["splits"]]

    @property
    def unseen(self) -> list[str]:
        """Random splits of the sites that no choice was made on, which are never averaged."""
        return [f"split_{number}" for number in self.crossval["unseen_splits"]]

    @property
    def schemes(self) -> list[str]:
        """Every way in which samples are held out."""
        holdouts = self.crossval["holdouts"]
        return [*self.splits, *self.unseen, *(holdouts["schemes"] if holdouts["models"] else [])]

    @property
    def settings(self) -> list[Setting]:
        """The matrix of models, plant functional types and windows.

        A yearly model has the window January to month alone.
        """
        return matrix(self.crossval)

    @property
    def held_out_settings(self) -> list[Setting]:
        """What is cross-validated under every hold-out scheme as well."""
        models = [
            name
            for name in self.crossval["holdouts"]["models"]
            if get_model(name).runs_in(self.shown["window"])
        ]
        return [Setting(model=model, **self.shown) for model in models]

    def experiments(self, suffix: str = "parquet") -> list[str]:
        """Return every cross-validation over random splits of the sites, without unseen ones."""
        return self._results(self.splits, self.settings, suffix)

    def unseen_experiments(self, suffix: str = "parquet") -> list[str]:
        """Return the cross-validations of the shown setting over splits of no choice."""
        shown = (self.shown["window"], self.shown["pft"])
        settings = [one for one in self.settings if (one.window, one.pft) == shown]
        return self._results(self.unseen, settings, suffix)

    def every_experiment(self, suffix: str = "parquet") -> list[str]:
        """Return every cross-validation of the run."""
        return [
            *self.experiments(suffix),
            *self.unseen_experiments(suffix),
            *self.holdouts(suffix),
        ]

    def holdouts(self, suffix: str = "parquet") -> list[str]:
        """Return every cross-validation that holds out regions, years or climates."""
        schemes = self.crossval["holdouts"]["schemes"]
        return self._results(schemes, self.held_out_settings, suffix)

    def crossvalidated_maps(self) -> list[str]:
        """Return the out-of-fold predictions of those maps that are cross-validated as well."""
        split = f"split_{self.config['figures']['split']}"
        mapped = matrix({**self.map, "windows": [self.map["window"]]})
        wanted = self._results([split], mapped, "parquet")
        return [path for path in self.experiments() if path in wanted]

    def _results(self, schemes: list[str], settings: list[Setting], suffix: str) -> list[str]:
        """Return the files of cross-validations."""
        return [
            f"{self.root}/crossval/{scheme}/{setting.name}.{suffix}"
            for scheme in schemes
            for setting in settings
        ]

    def parts(self, model: str) -> list[str]:
        """Return the models that are trained for a model: itself, or the parts of a blend."""
        return parts_of(model, self.section["models"])

    def part_settings(self, model: str, pft: str, window: str) -> list[Setting]:
        """Return what is trained for a model in a setting: itself, or the parts of a blend.

        A part may read a window of its own.
        """
        parts = parts_of_window(model, window, self.section["models"])
        return [Setting(name, pft, read) for name, read in parts]

    def search_of(self, setting: Setting) -> dict[str, Any]:
        """Return what is done inside the training sites of each fold of a cross-validation.

        ``candidates`` are the changes of options to compare, ``inner_folds`` the folds of the
        training sites, and ``always`` says that even a single candidate is run: the weights of a
        blend are fitted on its predictions.
        """
        search = self.crossval["search"]
        return {
            "candidates": search["candidates"].get(setting.model, []),
            "inner_folds": search["inner_folds"],
            "always": any(
                setting in self.part_settings(name, setting.pft, window)
                for name in self._fitted_blends
                for window in WINDOWS
                if get_model(name).runs_in(window)
            ),
        }

    def is_searched(self, setting: Setting) -> bool:
        """Say whether a cross-validation is repeated inside the training sites of each fold."""
        search = self.search_of(setting)
        return bool(search["candidates"]) or search["always"]

    @property
    def _fitted_blends(self) -> list[str]:
        """The blends of the configuration whose weights are fitted."""
        models = self.section["models"]
        blends = (name for name in models if get_model(name).kind == "blend")
        return [name for name in blends if models[name]["weights"] == "fitted"]

    def part_files(self, scheme: str, setting: Setting, suffix: str) -> list[str]:
        """Return the cross-validations of the parts of a blend."""
        return [
            f"{self.root}/crossval/{scheme}/{part.name}.{suffix}"
            for part in self.part_settings(*setting)
        ]

    def model_files(self, model: str, pft: str, suffix: str = "zip") -> list[str]:
        """Return the trained models behind a map."""
        parts = self.part_settings(model, pft, self.map["window"])
        return [f"{self.root}/models/{part.name}.{suffix}" for part in parts]

    def weight_files(self, model: str, pft: str) -> list[str]:
        """Return the file of the weights of the parts of a map, if they are fitted."""
        fitted = model in self._fitted_blends
        return [f"{self.root}/models/{model}-{pft}.weights.json"] if fitted else []

    def weighed_files(self, model: str, pft: str, suffix: str) -> list[str]:
        """Return the cross-validations on which the weights of a map are fitted."""
        split = f"split_{self.config['figures']['split']}"
        return self.part_files(split, Setting(model, pft, self.map["window"]), suffix)

    @property
    def windows(self) -> list[str]:
        """Every window that the run reads, those of the parts of its blends too."""
        held_out = self.crossval["holdouts"]["models"]
        listed = [*self.crossval["models"], *held_out, *self.map["models"]]
        blends = {name for name in listed if get_model(name).kind == "blend"}
        own = [
            window
            for name in sorted(blends)
            for _, window in map(part_of, self.section["models"][name]["parts"])
            if window
        ]
        return list(dict.fromkeys([*self.crossval["windows"], *own]))

    def map_files(
        self, years: list[int] | None = None, *, maps: list[str] | None = None
    ) -> list[str]:
        """Return the yearly files of maps: of every map and year where none is named."""
        return [
            f"{self.root}/product/{name}/{self.name}_{year}.nc"
            for name in (self.maps if maps is None else maps)
            for year in (self.map_years if years is None else years)
        ]

    @property
    def other_products(self) -> list[str]:
        """The products of others that maps are compared with: none in a run without maps."""
        return list(self.section["other_products"]) if self.maps else []

    def other_years(self, name: str) -> list[int]:
        """Return the years of the maps that a product of others has in this run."""
        return years_of_other(self.config, name, self.map_years)

    def other_inputs(self, name: str) -> list[str]:
        """Return the native files of a product of others that are there, or can be asked for."""
        return inputs_of_other(self.config, name, self.map_years)

    def other_files(self, years: list[int] | None = None) -> list[str]:
        """Return the yearly files of all products of others, of all years where none is named."""
        return [
            f"{self.root}/other_products/{name}/{self.name}_{year}.nc"
            for name in self.other_products
            for year in self.other_years(name)
            if years is None or year in years
        ]


def matrix(crossval: Mapping[str, Any]) -> list[Setting]:
    """Return the settings of models, plant functional types and windows, models first.

    Args:
        crossval: lists ``models``, ``pfts`` and ``windows``.
    """
    return [
        Setting(model, pft, window)
        for model in crossval["models"]
        for pft in crossval["pfts"]
        for window in crossval["windows"]
        if get_model(model).runs_in(window)
    ]


def plan_fluxes(config: Mapping[str, Any], results: str) -> dict[str, FluxPlan]:
    """Return the plan of every flux of a run, by name, in the order of the configuration."""
    names = [name for name in config["products"] if get_product(name).wing == "fluxes"]
    return {name: FluxPlan(config, name, results) for name in names}


def shared_features(plans: Mapping[str, FluxPlan]) -> dict[str, str]:
    """Return the folder of each flux's predictors: fluxes with the same ones share one.

    It is that of the first flux with the same grid, tiles, weather, gap rule and years.
    """
    owners: dict[str, str] = {}
    found = {}
    for name, plan in plans.items():
        years = (plan.years, plan.cover_years, plan.tile_years)
        key = repr((plan.cell, plan.map["tile_cells"], plan.weather, plan.gap_rule, *years))
        found[name] = f"{plans[owners.setdefault(key, name)].root}/features"
    return found
