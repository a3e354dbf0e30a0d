"""Colour maps of the products: uniform to the eye, and readable where printed grey."""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap

#: Productivity, from bare sand to dense forest: equal steps of GPP are steps of equal size in the
#: CIELAB space, and the lightness falls all the way, so that grey prints read the same.
PRODUCTIVITY = LinearSegmentedColormap.from_list(
    "productivity",
    (
        "#f6f0df", "#f4e9cd", "#f0e2b9", "#eadaa6", "#e1d292", "#d5c97e", "#c7c26d", "#b7bd5e",
        "#a5b751", "#90af48", "#7ca945", "#67a345", "#539b46", "#449147", "#36884b", "#27804e",
        "#137750", "#016e51", "#006552", "#035d52", "#075452", "#094b50", "#0c424e", "#0f394c",
        "#123048",
    ),
)  # fmt: skip

#: XCO2, from pale to dark as productivity, in other hues: the path of matplotlib's magma without
#: its ends that are near white and black, in steps of equal size in the CIELAB space.
COLUMN = LinearSegmentedColormap.from_list(
    "column",
    (
        "#fcf4b5", "#fde9ab", "#fddfa1", "#fed598", "#fecb8f", "#fec286", "#feb87e", "#feae77",
        "#fea470", "#fd9a6a", "#fc8f64", "#fb8560", "#f97a5d", "#f7705c", "#f3665c", "#ef5d5e",
        "#ea5561", "#e44f64", "#de4a68", "#d7456c", "#d04170", "#c83d73", "#c03a76", "#b73779",
        "#ae347c", "#a4317e", "#992d80", "#8f2a81", "#832681", "#772281", "#6a1c81", "#5d177f",
        "#4c117a",
    ),
)  # fmt: skip
