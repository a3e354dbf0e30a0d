"""Whether the archives still have what the registry says: one small live request a source.

Never part of a run, nor of a test beyond this machine: a person asks for it before a long download,
or when one is refused.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonscape.core.errors import CarbonscapeError
from carbonscape.fetch.dispatch import CLIENTS
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.want import Want
from carbonscape.sources.needs import Download, downloads, periods_of_run, settings_of_requests
from carbonscape.sources.registry import get_source

logger = logging.getLogger(__name__)

#: Less patience than a download has: who checks wants to know now.
POLICY = Policy(attempts=2, longest_asked=30.0, timeout_seconds=60.0, total_seconds=300.0)


@dataclass(frozen=True)
class Finding:
    """What became of one request.

    Attributes:
        source: name of the source.
        kind: which of its kinds of files.
        good: whether the archive has what the registry says.
        text: what was found, or the refusal.
    """

    source: str
    kind: str
    good: bool
    text: str


def check_sources(
    sections: Mapping[str, Mapping[str, Any]],
    *,
    root: str | Path,
    hosts: Mapping[str, str],
    policy: Policy = POLICY,
) -> list[Finding]:
    """Ask every archive of a run for the first file that the run needs of each source.

    Args:
        sections: sections of the configuration by product.
        root: the folder of raw data; nothing is written there.
        hosts: base addresses of services that the configuration names.
        policy: bounds on time and attempts.

    Returns:
        One finding for each source and kind of files, by name.
    """
    first: dict[tuple[str, str], tuple[str, Download]] = {}
    for path, file in downloads(root=root, periods=periods_of_run(sections)).items():
        if file.files.request is not None and file.files.reader:
            first.setdefault((file.source, file.kind), (path, file))
    findings = []
    for _, (path, file) in sorted(first.items()):
        settings = settings_of_requests(sections, file, hosts)
        findings.append(_check(Path(path), file, settings, policy))
        logger.info("%s", findings[-1], extra={"waiting": True})
    return findings


def _check(path: Path, file: Download, settings: Mapping[str, Any], policy: Policy) -> Finding:
    """Ask for one file without fetching it."""
    want = Want(get_source(file.source), file.kind, file.when, path, **settings)
    client = importlib.import_module(f"carbonscape.fetch.{CLIENTS[type(file.files.request)]}")
    try:
        return Finding(file.source, file.kind, True, client.check(want, policy=policy))
    except CarbonscapeError as refusal:
        return Finding(file.source, file.kind, False, str(refusal))


def text_of(findings: list[Finding]) -> str:
    """Return the findings as the text of a terminal."""
    lines = [
        f"{'ok' if found.good else 'REFUSED':8}{found.source} ({found.kind}): {found.text}"
        for found in findings
    ]
    bad = sum(not finding.good for finding in findings)
    lines.append(
        f"{bad} of {len(findings)} requests were refused."
        if bad
        else f"All {len(findings)} archives have what the registry says."
    )
    return "\n".join(lines)
