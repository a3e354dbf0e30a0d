"""One page of the report: what all products show, and what the product's wing adds."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from carbonscape.core.findings import read_findings
from carbonscape.core.io import read_json, write_text
from carbonscape.products.registry import get_product
from carbonscape.report.inputs import inputs_section
from carbonscape.report.page import page_figure, render_page
from carbonscape.report.tables import scorecard_table


def write_report(
    path: str | os.PathLike[str],
    *,
    product: str,
    template: str | os.PathLike[str],
    config: Mapping[str, Any],
    figures: Sequence[str],
    captions: Sequence[str],
    told: Mapping[str, str],
    sections: Mapping[str, Sequence[str]],
    scorecard: str | None,
    tables: Sequence[str],
    runs: Sequence[str],
    deviations: str,
    inputs: str,
    pages: Mapping[str, str],
    **files: Any,
) -> None:
    """Write the page of a product.

    Args:
        path: the HTML file.
        product: name of the product.
        template: Jinja2 template of its wing.
        config: the resolved configuration.
        figures: PNG files, each named as its figure.
        captions: their RST files, in the same order.
        told: what captions read of the parameters of a figure's rule.
        sections: names of figures by section of the page, both in order.
        scorecard: CSV table of what a paper reports beside what the run finds, if there is one.
        tables: CSV files of scores; the name of the product before a stem counts as no part of it.
        runs: run.json of every cross-validation.
        deviations: Markdown file with the tables of numbered decisions.
        inputs: CSV table of what became of every input of the run.
        pages: files of all pages of the run's report by product, which are linked.
        files: what the product's wing reads beside: keywords of ``page_values`` of its report.
    """
    described = get_product(product)
    # By name: what all wings share knows none.
    wing = importlib.import_module(f"carbonscape.{described.wing}.report")
    shown = {
        Path(figure).stem: page_figure(figure, caption, config, told)
        for figure, caption in zip(figures, captions, strict=True)
    }
    records = {
        f"{Path(run).parent.name}/{Path(run).name.removesuffix('.run.json')}": read_json(run)
        for run in runs
    }
    by_stem = {Path(table).stem.removeprefix(f"{product}_"): table for table in tables}
    page = render_page(
        template,
        product=described,
        pages=pages,
        config=config,
        deviations=deviations,
        records=records,
        given=inputs_section(read_findings(inputs)),
        sections={section: [shown[name] for name in names] for section, names in sections.items()},
        scorecard=scorecard_table(scorecard) if scorecard else None,
        **wing.page_values(described, config=config, tables=by_stem, records=records, **files),
    )
    write_text(path, page)
