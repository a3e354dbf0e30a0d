"""The plan of a run in words, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from carbonscape.costs.plan import by, largest

#: What makes the jobs of a rule fewer or shorter: pattern of the rule, and keys of the product.
_CUTS = (
    ("predict_flux", "{}.product.spread_epochs (networks of the spread), {}.product.compared_pfts "
     "(settings that are mapped), {}.product.first_year and last_year, {}.grid.cell"),
    ("predict_xco2", "xco2.product.time_inputs and models (maps), xco2.first_month and last_month, "
     "xco2.grid.cell, xco2.models.at_bilstm.units"),
    ("xco2_members", "xco2.product.spread.members and folds, xco2.samples.max_samples, device (an "
     "accelerator)"),
    ("xco2_ablations", "xco2.crossval.ablations.settings and folds, xco2.samples.max_samples, "
     "device (an accelerator)"),
    ("crossvalidate_xco2", "xco2.samples.max_samples, xco2.models.at_bilstm.epochs, "
     "xco2.crossval.schemes and time_inputs, device (an accelerator)"),
    ("train_xco2", "xco2.samples.max_samples, xco2.models.at_bilstm.epochs, device (an "
     "accelerator)"),
    ("members", "{}.product.spread_epochs (numbers of epochs), device (an accelerator)"),
    ("crossvalidate_flux", "{}.crossval.models, pfts and windows (cells of the matrix), "
     "{}.models.<model>.epochs and members, device (an accelerator)"),
    ("train_", "{}.models.<model>.epochs and members, {}.product.compared_pfts"),
    ("search", "{}.crossval.search.candidates"),
    ("simulate", "{}.grid.cell, simulation.last_year"),
    ("plot", "figures.dpi"),
)  # fmt: skip


def cut_of(rule: str, product: str) -> str:
    """Return the keys that make the jobs of a rule fewer or shorter."""
    for pattern, keys in _CUTS:
        if pattern in rule:
            return keys.replace("{}", product)
    return f"{product}.grid.cell, and the years or months of {product}"


def text_of(
    costs: pd.DataFrame,
    *,
    label: str,
    download_gb: float,
    download_hours: float,
    refusal: str = "",
) -> str:
    """Return the plan as the text of a terminal.

    Args:
        costs: a COSTS table.
        label: the run and its configuration in a few words.
        download_gb: GB that are still to be fetched.
        download_hours: hours that takes without queues.
        refusal: why the run would be refused; empty where it would not.
    """
    total = costs[["jobs", "core_hours", "gpu_hours", "disk_gb"]].sum()
    lines = [f"What {label} costs, from its first file to its reports:", ""]
    lines += _table(by(costs, "product", "stage"), ["product", "stage"])
    lines += [
        "",
        f"In all {total['jobs']:,.0f} jobs, {_number(total['core_hours'])} core-hours, "
        f"{_number(total['gpu_hours'])} GPU-hours, at most {costs['mem_mb'].max():,} MB a job, "
        f"{_number(total['disk_gb'])} GB written, {_number(download_gb)} GB still to be fetched "
        f"(about {_number(download_hours)} hours without queues; `snakemake plan_downloads` lists "
        "them).",
        "",
        "The largest, and what would cut them:",
    ]
    products = dict(zip(costs["rule"], costs["product"], strict=True))
    hours = max(total["core_hours"] + total["gpu_hours"], 1e-9)
    for row in largest(costs).to_dict("records"):
        model = f" ({row['model']})" if row["model"] else ""
        product = products[row["rule"]].replace("shared", "<product>")
        lines.append(
            f"- {row['rule']}{model}: {row['jobs']:,} jobs, {_number(row['hours'])} hours, "
            f"{100 * row['hours'] / hours:.0f} % of all: {cut_of(row['rule'], product)}."
        )
    lines += [
        "",
        "Rates were measured on the machine that resources/cost_rates.csv names; another core may "
        "be twice as slow or fast. Those of accelerators are assumed. Where jobs read large native "
        "files, rates come from the demo's small ones: expect a factor of three.",
    ]
    if refusal:
        lines += ["", f"REFUSED as it stands: {refusal}"]
    return "\n".join(lines)


def _table(costs: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return a summary as columns of equal width."""
    head = [
        *names, "jobs", "core-hours", "GPU-hours", "longest job, h", "largest job, MB",
        "GB written",
    ]  # fmt: skip
    rows = [head]
    for row in costs.to_dict("records"):
        rows.append(
            [str(row[name]) for name in names]
            + [f"{row['jobs']:,}"]
            + [_number(row[key]) for key in ("core_hours", "gpu_hours", "longest_hours")]
            + [f"{row['mem_mb']:,}", _number(row["disk_gb"])]
        )
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if n < len(names) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _number(value: float) -> str:
    """Return a number with two digits that count, or more where they stand before the point."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
