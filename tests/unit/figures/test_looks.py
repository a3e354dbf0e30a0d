"""Products of others in figures: in the order, with the names and the looks of all figures."""

from __future__ import annotations

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.figures import style
from carbonscape.figures.looks import OTHER_PRODUCTS
from helpers.drawing import words


def test_others_are_called_as_their_archives_call_them() -> None:
    labels = {name: label for name, (label, _) in OTHER_PRODUCTS.items()}
    assert labels == {name: product.label for name, product in GPP_PRODUCTS.items()}


def test_products_of_others_stand_behind_ours_and_look_like_none_of_them() -> None:
    names = ["nies", "mlp-igbp", "fluxcom", "fluxformer-igbp"]
    assert style.ordered_products(names) == ["fluxformer-igbp", "mlp-igbp", "fluxcom", "nies"]
    looks = style.product_styles([*OTHER_PRODUCTS, "fluxformer-igbp", "mlp-igbp"])
    assert len({look.color for look in looks.values()}) == len(looks)
    # They do not decide whether ours need their settings named.
    assert style.product_label("mlp-igbp", names) == "MLP"
    assert style.product_label("nies", names) == "NIES"
    assert style.product_label("mlp-igbp", [*names, "mlp-none"]) == "MLP, IGBP"


def test_stand_ins_are_called_so(monkeypatch) -> None:
    figure = style.new_figure(height=1)
    style.say_simulated(figure, ["mlp-igbp", "nies"])
    assert "NIES: simulated stand-ins" in words(figure, monkeypatch)
