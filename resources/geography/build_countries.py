"""Rebuild countries.csv from the npm package world-atlas: boxes round the land of each country.

One row for each piece of a country's land in Natural Earth's 1:110m countries, and for a few
islands that these lack, with the two letters that FLUXNET puts before a site's name: those of ISO
3166, except UK; GF (French Guiana) and SJ (Svalbard) have their own.

Usage, from the root of the project (README.md beside this file says where the package is from):

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    PYTHONPATH=workflow python resources/geography/build_countries.py package/countries-110m.json
"""

from __future__ import annotations

import argparse
import runpy
from pathlib import Path
from typing import Any

from carbonscape.core.io import read_json, sha256, write_text

land_polygons = runpy.run_path(str(Path(__file__).with_name("build_land.py")))["land_polygons"]

#: SHA-256 of countries-110m.json in world-atlas 2.0.2.
SOURCE_SHA256 = "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8"

#: ISO 3166-1 letters of the numbers that the package has.
LETTERS = (
    "242FJ 834TZ 732EH 124CA 840US 398KZ 860UZ 598PG 360ID 032AR 152CL 180CD 706SO 404KE 729SD "
    "148TD 332HT 214DO 643RU 044BS 238FK 578NO 304GL 260TF 626TL 710ZA 426LS 484MX 858UY 076BR "
    "068BO 604PE 170CO 591PA 188CR 558NI 340HN 222SV 320GT 084BZ 862VE 328GY 740SR 250FR 218EC "
    "630PR 388JM 192CU 716ZW 072BW 516NA 686SN 466ML 478MR 204BJ 562NE 566NG 120CM 768TG 288GH "
    "384CI 324GN 624GW 430LR 694SL 854BF 140CF 178CG 266GA 226GQ 894ZM 454MW 508MZ 748SZ 024AO "
    "108BI 376IL 422LB 450MG 275PS 270GM 788TN 012DZ 400JO 784AE 634QA 414KW 368IQ 512OM 548VU "
    "116KH 764TH 418LA 104MM 704VN 408KP 410KR 496MN 356IN 050BD 064BT 524NP 586PK 004AF 762TJ "
    "417KG 795TM 364IR 760SY 051AM 752SE 112BY 804UA 616PL 040AT 348HU 498MD 642RO 440LT 428LV "
    "233EE 276DE 100BG 300GR 792TR 008AL 191HR 756CH 442LU 056BE 528NL 620PT 724ES 372IE 540NC "
    "090SB 554NZ 036AU 144LK 156CN 158TW 380IT 208DK 826UK 352IS 031AZ 268GE 608PH 458MY 096BN "
    "705SI 246FI 703SK 203CZ 232ER 392JP 600PY 887YE 682SA 010AQ 196CY 504MA 818EG 434LY 231ET "
    "262DJ 800UG 646RW 070BA 807MK 688RS 499ME 780TT 728SS"
)

#: Islands with towers that these outlines lack, by hand: whole degrees around them.
ISLANDS = (
    "ES,Spain,-19,27,-13,30", "JP,Japan,122,24,132,31", "KR,South Korea,126,33,127,34",
    "PT,Portugal,-32,36,-24,40", "PT,Portugal,-18,32,-16,34", "EC,Ecuador,-92,-2,-89,1",
    "UK,United Kingdom,-9,49,2,61",
)  # fmt: skip


def main() -> None:
    """Read the package's file, check that it is the pinned one, write the boxes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="countries-110m.json of world-atlas 2.0.2")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("countries.csv"))
    arguments = parser.parse_args()
    if not arguments.source.is_file():
        raise SystemExit(f"{arguments.source}: no such file; unpack world-atlas 2.0.2 first.")
    if sha256(arguments.source) != SOURCE_SHA256:
        raise SystemExit(f"{arguments.source}: not countries-110m.json of world-atlas 2.0.2.")
    write_text(arguments.output, boxes_text(read_json(arguments.source)))


def boxes_text(topology: dict[str, Any]) -> str:
    """Return the table of boxes: code, name, west, south, east, north, in degrees."""
    letters = {entry[:3]: entry[3:] for entry in LETTERS.split()}
    rows = [f"{island}\n" for island in ISLANDS]
    for country in topology["objects"]["countries"]["geometries"]:
        if country.get("id") not in letters:
            continue
        code, name = letters[country["id"]], country["properties"]["name"]
        for exterior, *_ in land_polygons(_only(topology, country)):
            lons, lats = [lon for lon, _ in exterior], [lat for _, lat in exterior]
            box = f"{min(lons)},{min(lats)},{max(lons)},{max(lats)}"
            rows.append(f"{_region(code, max(lats), min(lats))},{name},{box}\n")
    return "code,country,west,south,east,north\n" + "".join(sorted(rows))


def _only(topology: dict[str, Any], country: dict[str, Any]) -> dict[str, Any]:
    """Return a topology whose land is one country."""
    return topology | {"objects": {"land": {"geometries": [country]}}}


def _region(code: str, north: float, south: float) -> str:
    """Return the letters of the parts of France and Norway that have their own."""
    if code == "FR" and north < 10:
        return "GF"
    return "SJ" if code == "NO" and south > 74 else code


if __name__ == "__main__":
    main()
