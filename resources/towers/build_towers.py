"""Makes the tables of this folder from the original files; README.md says whose they are.

    python resources/towers/build_towers.py FOLDER

FOLDER holds ``fluxnet2015/`` (the 206 original monthly SUBSET files), the predictor table,
``sites.csv`` and ``folds.csv``. Of each FLUXNET2015 file the columns below are kept, cell by cell
as the text that stands in it; the other tables are kept as they are. The same input gives the same
bytes: members of the archive are sorted and carry one date.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zipfile
from pathlib import Path

#: What carbonscape reads of a monthly file, and the second partitioning of respiration.
COLUMNS = (
    "TIMESTAMP",
    "NEE_VUT_REF",
    "NEE_VUT_REF_QC",
    "RECO_NT_VUT_REF",
    "GPP_NT_VUT_REF",
    "RECO_DT_VUT_REF",
    "GPP_DT_VUT_REF",
)

HERE = Path(__file__).parent


def kept_columns(text: str) -> str:
    """Return the columns that are kept of a monthly file."""
    rows = csv.reader(io.StringIO(text))
    header = next(rows)
    places = [header.index(name) for name in COLUMNS]
    lines = [",".join(COLUMNS)]
    lines += [",".join(row[place] for place in places) for row in rows]
    return "\n".join(lines) + "\n"


def build(source: Path, target: Path = HERE) -> None:
    """Write the tables into a folder."""
    files = sorted((source / "fluxnet2015").glob("FLX_*_SUBSET_MM_*.csv"))
    with zipfile.ZipFile(target / "fluxnet2015.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            member = zipfile.ZipInfo(path.name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            content = kept_columns(path.read_text(encoding="utf-8"))
            packed.writestr(member, content, compresslevel=9)
    for name in ("sites.csv", "folds.csv"):
        (target / name).write_bytes((source / name).read_bytes())
    table = gzip.decompress((source / "predictors_monthly.csv.gz").read_bytes())
    packed_table = gzip.compress(table, compresslevel=9, mtime=0)
    (target / "predictors_monthly.csv.gz").write_bytes(packed_table)
    sys.stdout.write(f"{len(files)} towers written to {target}\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
