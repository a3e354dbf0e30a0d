"""Figure 14: four regions by source."""

from __future__ import annotations

from carbonscape.columns.figures.regions import draw_fig14
from carbonscape.figures.layout import placed_texts
from helpers.xco2_windows import regions

LOOK = {"land": [], "simulated": False, "shown": "at_bilstm-none"}


def test_a_row_shares_one_scale_and_what_is_absent_is_said() -> None:
    maps = regions().sel(source=["oco2", "product"])
    figure = draw_fig14(maps, **LOOK)
    panels = [ax for ax in figure.axes if ax.images]
    assert len(panels) == 8
    for first, second in zip(panels[::2], panels[1::2], strict=True):
        assert first.images[0].norm is second.images[0].norm
    text = " ".join(one.text for one in placed_texts(figure))
    assert "Without files in this run, and not drawn: S-STDCT (Wang 2023)" in text
    assert "XCO₂ of 2015-01" in text


def test_a_source_without_values_and_a_run_without_the_month_say_so() -> None:
    maps = regions().sel(source=["oco2", "product"]).copy(deep=True)
    maps["asia"].loc[{"source": "oco2"}] = float("nan")
    assert "no value" in [one.text for one in placed_texts(draw_fig14(maps, **LOOK))]
    (text,) = placed_texts(draw_fig14(maps.isel(source=[]), **LOOK))
    assert text.text == "Nothing to show: the maps of this run have no 2015-01."
