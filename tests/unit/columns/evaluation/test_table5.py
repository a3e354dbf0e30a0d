"""The paper's table 5 with the run below it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carbonscape.columns.evaluation.table5 import read_reconstructions, studies_below, table5
from carbonscape.core.errors import InputError, ResultError

FILE = Path(__file__).parents[4] / "resources" / "reconstructions_xco2.csv"


def test_the_papers_own_product_stands_fourth_of_six():
    published = read_reconstructions(FILE)
    assert len(published) == 6
    # 1.01, 1.13 and 1.18 ppm are below 1.54; 1.79 and 2.62 are not.
    assert studies_below(published, 1.54) == 3
    assert studies_below(published, 1.0) == 0
    assert studies_below(published, 9.0) == 5


def test_the_run_stands_below_with_its_own_cells_and_without_egg4():
    rows = [(name, "all", 10, 0.9, 1.15, 1.0) for name in ("oco", "at_bilstm-none", "egg4")]
    scores = pd.DataFrame(rows, columns=["product", "subset", "samples", "r2", "rmse", "mae"])
    found = table5(read_reconstructions(FILE), scores, cell=4.0)
    own = found[found["reference"] == "this run"]
    assert own["study"].tolist() == ["at_bilstm-none", "oco"]
    assert own[["degrees", "samples", "better"]].to_numpy().tolist() == [[4.0, 10, 2]] * 2
    assert found["samples"].head(6).tolist() == [0] * 6


def test_another_table_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv: cannot be read as a table of studies"):
        read_reconstructions(tmp_path / "gone.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ResultError, match="not a published reconstructions of XCO2 table"):
        read_reconstructions(tmp_path / "other.csv")
