"""The schema of the configuration: it has the words of the library and documents itself."""

from __future__ import annotations

import re
from pathlib import Path

from carbonscape.archives.predictors import PREDICTORS
from carbonscape.core.config import document, load_schema
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES, PAPER_WINDOWS, PFT_SETTINGS, WINDOWS
from helpers import guards
from helpers.project_config import LEAVES, OTHER_FLUXES, SCHEMA, SCHEMA_FILE, load, walk

# --- one list, several places ------------------------------------------------------------------


def items(*path: str) -> list[str]:
    """Return the allowed entries of a list of the schema."""
    return LEAVES[path]["items"]["enum"]


def test_windows_and_pfts_of_the_schema_are_those_of_the_library() -> None:
    assert items("gpp", "crossval", "windows") == list(WINDOWS)
    assert items("gpp", "crossval", "pfts") == list(PFT_SETTINGS)
    assert LEAVES["figures", "window"]["enum"] == list(PAPER_WINDOWS)
    assert LEAVES["figures", "pft"]["enum"] == list(PFT_SETTINGS)


def test_variables_of_the_schema_are_those_of_the_predictor_table() -> None:
    assert items("gpp", "features", "variables") == list(PREDICTORS)


def test_wildcards_take_the_same_words() -> None:
    rules = guards.PROJECT / "workflow" / "rules"
    text = (rules / "common.smk").read_text(encoding="utf-8")
    of_fluxes = (rules / "fluxes" / "common.smk").read_text(encoding="utf-8")
    assert '    model="|".join(MODELS),\n' in text
    for key, words in (("window", "WINDOWS"), ("pft", "PFT_SETTINGS")):
        assert f'    {key}="|".join({words}),\n' in of_fluxes
    # Rules of all wings know no wing: its words stand there as text.
    schemes = "|".join(("sample", "transfer", *CROSSVAL_SCHEMES))
    assert f'    scheme=r"split_\\d+|{schemes}",\n' in text


# --- the schema documents itself ---------------------------------------------------------------


def test_every_key_says_what_it_means() -> None:
    for path, part in walk(SCHEMA):
        assert len(part["description"]) >= 8, f"{path} has no description"
        if "properties" in part:
            assert part["additionalProperties"] is False, f"{path} lets misspelt keys through"
            optional = set() if path else OTHER_FLUXES
            assert set(part.get("required", [])) == set(part["properties"]) - optional


def test_the_table_of_keys_has_one_row_a_key() -> None:
    table = document(load_schema(SCHEMA_FILE), load("config.yaml"))
    assert re.findall(r"^\| `([^`]+)` \|", table, re.M) == [".".join(path) for path in LEAVES]
    lines = table.splitlines()
    assert all(line.count(" | ") == 4 for line in lines if not line.startswith("|--"))
    row = next(line for line in lines if "gpp.quality.min_qc" in line)
    meaning = "Smallest share of measured or good gap-filled data in a month."
    assert row == f"| `gpp.quality.min_qc` | {meaning} | 1 | `0.8` | 0.8 |"
    assert "One of: tukey, symmetric, none. |  | `tukey` | ±3 IQR |" in table
    assert "| `none` |" in next(line for line in lines if "| `fetch.hosts.cds` |" in line)


def test_a_schema_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_text("type: object\nx-unit: °C\n", encoding="utf-8")
    assert load_schema(tmp_path / "schema.yaml") == {"type": "object", "x-unit": "°C"}
