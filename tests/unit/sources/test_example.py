"""The source of docs/adapting.md, added to a copy of the library as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.source_tree import LIBRARY, PROJECT

USE = """
import numpy as np
from carbonscape.archives.soil_water import read_soil_water
from carbonscape.core.errors import InputError
from carbonscape.core.months import months_between
from carbonscape.simulate.soil_water import write_soil_water
from carbonscape.sources.document import document
from carbonscape.sources.files import RawFiles
from carbonscape.sources.needs import require_files

assert "`soil_water/soil_water_YYYY.nc`" in document()
water = np.random.default_rng(1).random((12, 6, 12))
path = RawFiles("raw").path("soil_water", "year", 2001)
write_soil_water(path, year=2001, water=water, cell=30)
read = read_soil_water(path, rows=slice(1, 3))
np.testing.assert_allclose(read, water[:, 1:3], rtol=1e-6)
assert str(read["time"].values[1])[:10] == "2001-02-01"
try:
    periods = {"fluxes.predictors": months_between("2001-01", "2002-12")}
    require_files("soil_water", root="raw", periods=periods)
except InputError as refusal:
    print(refusal)
"""


def test_the_source_of_the_worked_example_works(tmp_path: Path) -> None:
    text = (PROJECT / "docs/adapting.md").read_text("utf-8")
    (section,) = re.findall(r"^## Own source\n(.*?)^## ", text, re.M | re.S)
    code = re.findall(r"^```python\n(.*?)^```$", section, re.M | re.S)
    package = tmp_path / "carbonscape"
    shutil.copytree(LIBRARY, package, ignore=shutil.ignore_patterns("__pycache__"))
    for room, module in zip(("sources", "archives", "simulate"), code, strict=True):
        assert not (package / room / "soil_water.py").exists()
        (package / room / "soil_water.py").write_text(module, encoding="utf-8")
    (tmp_path / "raw" / "soil_water").mkdir(parents=True)
    command = [sys.executable, "-c", USE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "1 of 2 files of soil water of our model, monthly (our file server)"
    )
    assert "soil_water_2002.nc" in done.stdout
