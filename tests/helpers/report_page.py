"""A small report of a flux: its tables, its records, and a reader of its page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from carbonscape.figures.registry import figures_of, sections_of, words_of
from carbonscape.report.write import write_report
from helpers import guards

WORKFLOW = guards.PROJECT / "workflow"
DEVIATIONS = guards.PROJECT / "docs" / "deviations.md"

#: A picture of one pixel, and a tail that tells pictures apart.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

#: What a browser would fetch by itself.
FETCHED = {"src", "srcset", "poster", "data", "background", "formaction", "action", "xlink:href"}


class Page(HTMLParser):
    """What is needed of an HTML page: its tags, its text, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def attributes(self, tag: str, name: str) -> list[str]:
        """Return the values of one attribute of all tags of a kind."""
        return [attrs[name] for found, attrs in self.tags if found == tag and name in attrs]


Maker = Callable[..., str]

#: The keys that captions read.
CONFIG: dict[str, Any] = {
    "run": "small",
    "archive": "real",
    "region": None,
    "years": None,
    "gpp": {
        "min_qc": 0.8,
        "evaluation": {"seasonal_cycle_min_years": 2, "site_min_months": 12},
        "crossval": {"splits": [0, 1, 2], "unseen_splits": [], "importance": {"repeats": 5}},
        "grid": {"cell": 4},
        "product": {
            "models": ["fluxformer"],
            "first_year": 2011,
            "last_year": 2020,
            "spread_epochs": [150, 250],
        },
        "other_products": ["fluxcom", "nies"],
        "sif": {
            "first_month": "2018-05",
            "last_month": "2019-12",
            "every_days": 1,
            "max_cloud_fraction": 0.2,
            "min_count": 3,
            "min_months": 12,
        },
    },
    "figures": {"map_year": 2016, "split": 0, "window": "6m", "pft": "igbp"},
}

#: Months after each step of quality control.
COUNTS = "step,meaning,rows,sites,paper_rows\nqualified,good enough,12007,206,12094.0\n"

#: Small tables of scores, with numbers in full as the workflow writes them.
#: What became of the inputs of a run.
INPUTS = """source,kind,item,outcome,reason
fluxnet2015,file,/data/FLX_US-Ha1_old.csv,left out,an older version
fluxnet2015,tower,XX-Sea,warning,lies in the sea
fluxnet2015,tower,US-Ha1,used,
era5_land,file,/data/x.nc,used,
"""

SCORE_TABLES = {
    "table_s1": "model,pft,window,splits,samples,sites,r2,r2_min,r2_max,rmse,rmse_min,rmse_max\n"
    "fluxformer,none,jan_to_m,0,0,0,not run,,,not run,,\n"
    "fluxformer,none,6m,0,0,0,not run,,,not run,,\n"
    "fluxformer,igbp,jan_to_m,0,0,0,not run,,,not run,,\n"
    "fluxformer,igbp,6m,3,9501,206,0.611,0.598,0.620,1.812,1.790,1.833\n"
    "blend,igbp,jan_to_m,3,9501,206,0.786,0.780,0.791,1.401,1.390,1.412\n"
    "climatology,igbp,6m,3,9501,206,0.412,0.410,0.414,2.612,2.600,2.621\n",
    "table_s2": "model,pft,splits,tropical,polar\n"
    "fluxformer,none,0,not run,not run\n"
    "fluxformer,igbp,3,0.612 (0.598 to 0.625),undefined\n",
    "table_s3": "model,pft,splits,tropical,polar\nfluxformer,igbp,1,0.613,0.400\n",
    "intervals": "window,pft,model,r2,r2_low,r2_high,rmse,rmse_low,rmse_high,sites,samples,splits,"
    "draws\n"
    "6m,igbp,fluxformer,0.61149,0.5517,0.6823,1.81249,1.7,1.9,206,9501,3,5000\n"
    "6m,igbp,climatology,0.41249,-0.0517,0.4823,2.61249,2.5,2.7,206,9501,3,5000\n"
    "jan_to_m,igbp,blend,0.78649,0.7517,0.8123,1.40149,1.3,1.5,206,9501,3,5000\n",
    "site_summary": "window,pft,model,splits,sites,rmse_median,rmse_p90,abs_bias_median,"
    "abs_bias_p90,r2_median,r2_p10\n"
    "6m,igbp,fluxformer,3,180,1.2345,2.3456,0.3456,1.4567,0.5678,-1.6789\n",
    "error_parts": "split,window,pft,model,scope,group,samples,sites,mse,site_mean,cycle,anomaly,"
    "r2,share_samples,share\n"
    "0,6m,igbp,fluxformer,global,all,9501,206,4.0,2.0,1.2,0.8,0.61,1.0,1.0\n"
    "0,6m,igbp,fluxformer,igbp,CRO,950,20,16.0,12.0,2.0,2.0,0.51,0.1,0.4\n"
    "1,6m,igbp,fluxformer,global,all,9501,206,5.0,2.5,1.5,1.0,0.59,1.0,1.0\n"
    "1,6m,igbp,fluxformer,igbp,CRO,950,20,20.0,15.0,2.5,2.5,0.49,0.1,0.4\n"
    "0,jan_to_m,igbp,blend,global,all,9501,206,2.0,1.0,0.6,0.4,0.78,1.0,1.0\n",
    "error_sites": "split,window,pft,model,rank,site,igbp,climate,samples,rmse,bias,share,"
    "cumulative\n"
    "0,6m,igbp,fluxformer,1,US-Ne1,CRO,continental,90,5.0,-3.25,0.06,0.06\n"
    "0,6m,igbp,fluxformer,2,ZM-Mon,DBF,tropical,30,4.0,2.0,0.02,0.08\n"
    "1,6m,igbp,fluxformer,1,US-Ne1,CRO,continental,90,5.0,-3.25,0.05,0.05\n"
    "1,6m,igbp,fluxformer,2,ZM-Mon,DBF,tropical,30,4.0,2.0,0.03,0.08\n",
    "spread": "window,pft,model,splits,samples,sites,spread,rmse,within_1,within_2,"
    "rank_correlation,factor\n"
    "6m,igbp,fluxformer,3,9501,206,0.4249,1.8125,0.2249,0.4149,0.3349,3.6249\n",
    "costs": "window,pft,model,splits,models,members,samples,training_core_s,prediction_core_s,"
    "search_core_s,r2,rmse\n"
    "6m,igbp,fluxformer,3,5,2,38004,612.3456,1.2345,0.0,0.61149,1.81249\n"
    "jan_to_m,igbp,blend,3,65,2,76008,99.9876,4.5678,0.0,0.78649,1.40149\n",
    "holdouts": "scheme,window,pft,model,scope,group,samples,sites,r2,rmse,bias,random_splits,"
    "r2_random,rmse_random,bias_random\n"
    "spatial,6m,igbp,fluxformer,global,all,9501,206,0.5678,1.9012,0.0123,3,0.61149,1.8125,0.0456\n"
    "spatial,6m,igbp,fluxformer,climate,polar,123,7,0.1234,0.9012,0.1123,3,0.21149,0.8125,0.1456\n",
}
SCORE_TABLES["differences"] = (
    "family,metric,window,pft,model,first,second,difference,low,high,low_simultaneous,"
    "high_simultaneous,p_adjusted,resolved,comparisons,sites,samples,splits,draws\n"
    # FluxFormer is the best: 0.02 over the forest, 0.20 over the climatology.
    "model,r2,6m,igbp,,random_forest,fluxformer,-0.02,-0.031,-0.0089,-0.041,0.0011,0.0712,"
    "False,3,206,9501,3,5000\n"
    "model,r2,6m,igbp,,climatology,fluxformer,-0.2,-0.251,-0.149,-0.261,-0.139,0.0002,"
    "True,3,206,9501,3,5000\n"
    "model,r2,6m,igbp,,climatology,random_forest,-0.18,-0.23,-0.13,-0.24,-0.12,0.0002,"
    "True,3,206,9501,3,5000\n"
    "model,rmse,6m,igbp,,random_forest,fluxformer,0.7777,0.7,0.8,0.6,0.9,0.0002,"
    "True,3,206,9501,3,5000\n"
    "pft,r2,6m,,fluxformer,igbp,none,0.03,0.02,0.04,0.01,0.05,0.0102,True,1,206,9501,3,5000\n"
)

#: Tables that a run has beside its figures of maps and of the truth.
MAP_TABLES = {
    "gpp_fig16a_growth": "product,first_year,last_year,total,vegetated_total,coverage,growth,"
    "growth_error,autocorrelation,effective_years,growth_low,growth_high\n"
    "fluxformer-igbp,2011,2020,121.98765,100.12345,0.97654,0.31234,,,,,\n",
    "gpp_fig09_spread": "product,group,year,members,cells,area,median,mean,common_cells,"
    "common_median,common_mean,total_spread\n"
    "fluxformer-igbp,all,2001,5,45,12.34567,23.456,30,45,23.456,30,0.987\n",
    "gpp_fig13_variability": "product,group,first_year,last_year,years,cells,area,median,mean,"
    "common_cells,common_median,common_mean\n"
    "fluxformer-igbp,desert,2011,2020,10,45,12.34567,0.23456,0.3,45,0.23456,0.3\n",
    "gpp_authors": "product,period,months,cells,area,bias,rmse,r,ours,theirs,ours_own,theirs_own\n"
    "fluxformer-esa_cci,all,12,900,120.0,0.1,0.5,0.98,130.0,128.0,131.0,129.5\n",
    "gpp_fig10_climates": "quantity,climate,cells,area,esa_cci,igbp,difference\n"
    "tree,tropical,99,21.5,0.45678,0.56789,-0.11111\n",
}
MAP_TABLES["gpp_applicability"] = (
    "product,year,climate,cells,area,area_inside,flux_inside,dissimilarity,threshold\n"
    "fluxformer-igbp,2016,all,99,21.5,0.91234,0.95678,0.12345,0.23456\n"
)
TRUTH_TABLES = {
    "gpp_truth_applicability": "product,part,cell_months,share,rmse,bias\n"
    "fluxformer-igbp,inside,1234,0.9,0.81234,0.1\n",
    "gpp_truth_skill": "product,baseline,climate,year,DJF,MAM,JJA,SON,not_better\n"
    "fluxformer-igbp,climatology-igbp,all,0.61499,0.5,0.25,1e-06,-0.004,nowhere\n"
    'rf-igbp,climatology-igbp,all,0.5,-0.5,-0.25,0.5,0.1,"DJF, MAM"\n'
    'rf-igbp,climatology-igbp,polar,-2.0,,,-0.1,0.1,"year, JJA"\n',
    "gpp_truth_growth": "product,years,total,truth,growth,growth_truth,r_years\n"
    "fluxformer-igbp,10,120.5,130.25,0.1,0.2,0.9\n",
    "gpp_truth_cover": "product,climate,cell_months,rmse,std,within_68,within_95,sites_68,"
    "sites_95\nfluxformer-igbp,all,12345,1.2,1.1,0.66,0.93,0.68,0.95\n",
    "gpp_truth_gap": "product,step,name,samples,r2,rmse,spread,bias,meaning\n"
    "fluxformer-igbp,a,cross-validation,12345,0.71249,1.5,2.8,-0.1,unseen towers\n"
    "fluxformer-igbp,e,by area,99999,0.8,1.2,2.7,-0.2,every cell counts by area\n"
    "rf-igbp,e,by area,99999,0.7,1.3,2.7,-0.2,every cell counts by area\n",
}


def record(split: int, model: str) -> dict[str, Any]:
    """Return the provenance of one cross-validation."""
    return {
        "carbonscape": "9.8.7",
        "config": {"model": model},
        "device": "cpu",
        "git": {"commit": "c0ffee" * 6 + "beef", "dirty": True},
        "chosen": [],
        "inputs": {"samples.parquet": "5a" * 32, "folds.json": f"{split}f" * 32},
        "packages": {"numpy": "1.2.3", "torch": "4.5.6"},
        "python": "3.12.1",
        "seed": 42,
        "system": "Linux x86_64",
        "warnings": [],
    }


def caption_of(name: str, product: str = "gpp") -> Path:
    """Return the caption of a figure of a flux."""
    return WORKFLOW / "report" / "fluxes" / f"{name.removeprefix(f'{product}_')}.rst"


def named(*, product: str = "gpp", section: str | None = None) -> list[str]:
    """Return the names of all figures of a flux, or of those of a section of its report."""
    return [
        figure.name(product) for figure in figures_of(product) if section in (None, figure.section)
    ]


def make_report(
    folder: Path,
    *,
    product: str = "gpp",
    config: dict[str, Any] | None = None,
    figures: Sequence[str] = ("gpp_fig04", "gpp_fig01"),
    scorecard: str | None = "cv_r2,R² of GPP,about 0.73,0.718,section 4.1,D9\n",
    splits: tuple[int, ...] = (0,),
    template: Path = WORKFLOW / "report" / "fluxes.html.j2",
    tables: dict[str, str] | None = None,
    records: dict[str, dict[str, Any]] | None = None,
    counts: str = COUNTS,
) -> str:
    """Write a report on small artefacts into a folder and return its text."""

    def text(name: str, content: str) -> str:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
        return str(folder / name)

    pictures = []
    for figure in figures:
        pictures.append(folder / "figures" / f"{figure}.png")
        pictures[-1].parent.mkdir(exist_ok=True)
        pictures[-1].write_bytes(PIXEL + figure.encode())
    written = SCORE_TABLES | (MAP_TABLES if f"{product}_fig11" in figures else {})
    written = written | (TRUTH_TABLES if f"{product}_truth_map" in figures else {})
    further = records or {}
    head = "id,quantity,reported,run,source,explained_by\n"
    write_report(
        folder / "report" / "index.html",
        product=product,
        template=template,
        config=config or CONFIG,
        figures=[str(picture) for picture in pictures],
        captions=[str(caption_of(figure, product)) for figure in figures],
        told=words_of(product),
        sections={
            section: [name for name in names if name in figures]
            for section, names in sections_of(product).items()
        },
        scorecard=text("scorecard.csv", head + scorecard) if scorecard else None,
        filter_counts=text("filter_counts.csv", counts),
        sample_counts=text("sample_counts.csv", counts.replace("12007", "9876")),
        tables=[
            text(f"{name}.csv".replace("gpp", product), content.replace("gpp", product))
            for name, content in (written | (tables or {})).items()
        ],
        folds=[
            text(
                f"split_{split}/folds.json",
                json.dumps({"split": split, "source": "seed 42", "folds": {"0": ["US-Ha1"]}}),
            )
            for split in splits
        ],
        runs=[
            text(
                f"split_{split}/6m-igbp-{model}.run.json",
                json.dumps(record(split, model) | further.get(model, {})),
            )
            for split in splits
            for model in ("fluxformer", "climatology")
        ],
        deviations=str(DEVIATIONS),
        inputs=text("inputs.csv", INPUTS),
        pages={product: "index.html"},
    )
    return (folder / "report" / "index.html").read_text(encoding="utf-8")


def row(page: Page, start: str) -> list[str]:
    """Return the row of a table that starts with a cell."""
    return next(cells for cells in page.rows if cells and cells[0] == start)


def part(text: str, name: str) -> str:
    """Return one section of a report: from its heading to the next."""
    return re.search(rf'<h2 id="{name}">.*?(?=<h2 |</body>)', text, re.S).group(0)
