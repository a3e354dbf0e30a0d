"""The files of a simulated tower archive: conventions of the real one, and defects on order."""

from __future__ import annotations

import calendar
import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from carbonscape.simulate.files import DEFECTS
from helpers.simulated import build, csv_files, table


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    build(folder)
    return folder


def test_names_follow_the_archive_and_say_the_years_inside(archive: Path) -> None:
    name = re.compile(
        r"(FLX_ZZ-\w{3}_FLUXNET2015|AMF_ZZ-\w{3}_FLUXNET)_(SUBSET|FULLSET|ERAI)"
        r"(?:_(MM|YY))?_(\d{4})-(\d{4})_(1-3|1-4|2-4|3-5|beta-2|beta-3)\.(csv|zip)"
    )
    for path, text in csv_files(archive).items():
        for part in path.split("/"):
            assert name.fullmatch(part), part
        match = name.fullmatch(path.split("/")[-1])
        years = range(int(match[4]), int(match[5]) + 1)
        stamps = table(text)["TIMESTAMP"].tolist()
        monthly = [year * 100 + month for year in years for month in range(1, 13)]
        assert stamps == (monthly if match[3] == "MM" else list(years)), path


def test_bundles_vary_as_real_ones_do(archive: Path) -> None:
    texts = csv_files(archive)
    names = " ".join(texts)
    for word in ("_SUBSET_MM_", "_FULLSET_MM_", "_YY_", "ERAI_MM", "AMF_", "beta-3", "_2-4."):
        assert word in names, word
    assert any("/" not in path for path in texts), "no loose file"
    assert len({text.split("\n")[0] for text in texts.values()}) >= 8, "one column set for all"
    full = next(text for path, text in texts.items() if "FULLSET_MM" in path)
    both = table(full)[["GPP_NT_CUT_REF", "GPP_NT_VUT_REF"]].sum()
    assert both.iloc[0] == pytest.approx(1.5 * both.iloc[1], rel=1e-4)  # not to be taken for it
    light = next(table(text) for text in texts.values() if "PPFD_IN" in text)
    assert (light["PPFD_IN"] / light["SW_IN_F"]).dropna().mean() == pytest.approx(0.45 * 4.57)


def test_an_outdated_version_holds_other_fluxes_under_an_older_name(archive: Path) -> None:
    texts = csv_files(archive)
    old = [path for path in texts if re.search(r"_(1-3|beta-2)\.csv", path)]
    assert old
    for path in old:
        site = re.search(r"ZZ-...", path).group()
        new = next(p for p in texts if site in p and "SET_MM_" in p and p not in old)
        both = [table(texts[p])["GPP_NT_VUT_REF"] for p in (path, new)]
        assert both[0].sum() == pytest.approx(0.7 * both[1].sum(), rel=1e-3)


def test_cells_are_numbers_with_six_digits_or_minus_9999(archive: Path) -> None:
    missing = 0
    for path, text in csv_files(archive).items():
        for line in text.splitlines()[1:]:
            for cell in line.split(","):
                assert re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", cell), (path, cell)
                assert len(re.sub(r"e.*|^-?0*\.?0*|\.|-", "", cell)) <= 6, (path, cell)
                missing += cell == "-9999"
    assert missing > 20


def test_yearly_files_hold_sums_over_the_days_of_the_year(archive: Path) -> None:
    texts = csv_files(archive)
    path = next(p for p in texts if "SUBSET_MM" in p and "/" in p and "_1-4.csv" in p)
    months, years = table(texts[path]), table(texts[path.replace("_MM_", "_YY_")])
    days = [calendar.monthrange(stamp // 100, stamp % 100)[1] for stamp in months["TIMESTAMP"]]
    rain = (months["P_F"] * days).groupby(months["TIMESTAMP"] // 100).sum()
    assert years["P_F"].to_numpy() == pytest.approx(rain.to_numpy(), rel=1e-4)
    warmth = months.groupby(months["TIMESTAMP"] // 100)["TA_F"].mean()
    assert years["TA_F"].to_numpy() == pytest.approx(warmth.to_numpy(), abs=1e-3)


def test_the_site_list_has_the_columns_and_class_names_of_the_real_one(archive: Path) -> None:
    sites = pd.read_csv(archive / "archive" / "sites.csv")
    assert list(sites.columns) == ["site", "lat", "lon", "igbp", "koppen", "koppen_main"]
    assert sites["site"].tolist() == sorted(sites["site"])
    assert sites["site"].str.fullmatch(r"ZZ-[A-Za-z0-9]{3}").all()
    letters = {"A": "Tropical", "B": "Arid", "C": "Temperate", "D": "Cold", "E": "Polar"}
    assert (sites["koppen"].str[0].map(letters) == sites["koppen_main"]).all()
    tropical, polar = sites["koppen_main"] == "Tropical", sites["koppen_main"] == "Polar"
    assert tropical.any()
    assert (sites.loc[tropical, "lat"].abs() < 23.5).all()
    assert (sites.loc[polar, "lat"].abs() > 30).all()  # tundra, or Tibet


def test_no_time_of_writing_is_in_the_archive(archive: Path) -> None:
    packed = (archive / "archive" / "predictors_monthly.csv.gz").read_bytes()
    assert packed[4:8] == bytes(4), "time in the gzip header"
    with zipfile.ZipFile(archive / "archive" / "fluxnet2015.zip") as bundle:
        entries = list(bundle.infolist())
        inner = next(name for name in bundle.namelist() if name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(bundle.read(inner))) as members:
            entries += members.infolist()
    assert {entry.date_time for entry in entries} == {(2016, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o644)}


@pytest.mark.parametrize("bad", DEFECTS)
def test_a_defect_is_at_the_first_site_and_nowhere_else(tmp_path: Path, bad: str) -> None:
    options = {"sites": 5, "first_year": 2001, "last_year": 2003}
    site = build(tmp_path / "good", **options)[0].plan.site
    build(tmp_path / "bad", **options, bad=bad)
    good, broken = csv_files(tmp_path / "good"), csv_files(tmp_path / "bad")
    changed = {path for path in good | broken if good.get(path) != broken.get(path)}
    if bad in ("site_not_listed", "site_without_predictors"):
        assert not changed
        name = "sites.csv" if bad == "site_not_listed" else "predictors_monthly.csv.gz"
        before, after = (
            pd.read_csv(tmp_path / which / "archive" / name)["site"] for which in ("good", "bad")
        )
        assert set(before) - set(after) == {site}
        return
    assert len(changed) == 1
    path = changed.pop()
    assert site in path
    assert "_MM_" in path
    text, lines = broken.get(path), good[path].splitlines()
    if bad == "no_monthly_file":
        assert text is None
    elif bad == "empty":
        assert text == ""
    elif bad == "cut_short":
        assert good[path].startswith(text)
        assert 0 < text.splitlines()[-1].count(",") < lines[0].count(",")
    elif bad == "no_qc_column":
        assert set(lines[0].split(",")) - set(text.splitlines()[0].split(",")) == {"NEE_VUT_REF_QC"}
    elif bad == "text_in_number":
        assert text.count("see note") == 1
    else:
        stamps = [int(line.split(",")[0]) for line in text.splitlines()[1:]]
        assert (len(set(stamps)) < len(stamps)) == (bad == "doubled_month")
        assert (stamps != sorted(stamps)) == (bad == "unordered_months")
