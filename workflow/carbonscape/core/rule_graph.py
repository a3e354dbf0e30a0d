"""Which rule of a run reads what which other rule writes, from the rules as Snakemake parsed them.

Snakemake's own graph of rules is complete only while jobs are planned and cannot be read by a job.
Here the same question is asked of the rules: who makes a file, and what does that job read?

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

#: Wildcards whose values read alike: one value of each is followed. With all tiles and years, a
#: global run would be planned twice.
_ALIKE = frozenset({"tile", "year"})


#: Reads what every step found out about its inputs, of all products: it would tie all to all.
_LEFT_OUT = frozenset({"list_inputs"})


def rule_edges(
    rules: Iterable[Any],
    targets: Iterable[str],
    numbers: Mapping[str, Iterable[str]],
    *,
    raw: str,
) -> list[list[str]]:
    """Return what each rule behind some files reads, and each figure.

    Args:
        rules: rules of Snakemake: ``name``, ``output`` (paths or patterns that ``match``) and
            ``expand_input(wildcards)``, whose first item is the input files.
        targets: files that the run is asked for.
        numbers: files that a figure is drawn from, by the stem of the figure.
        raw: folder of native files, one folder a source.

    Returns:
        Rows ``[name, kind, reads]``, sorted: ``kind`` is ``rule`` or ``figure``, ``reads`` the rule
        whose output it reads, ``raw/<source>`` for files that no rule makes, and empty for a rule
        that reads neither. ``list_inputs`` is left out.
    """
    maker = Makers(rules)
    reads: dict[str, set[str]] = {}
    seen, open_files = set(), list(targets)
    while open_files:
        rule, wildcards = maker.of(open_files.pop())
        if rule is None or rule.name in _LEFT_OUT:
            continue
        kind = (rule.name, *sorted((k, v) for k, v in wildcards.items() if k not in _ALIKE))
        if kind in seen:
            continue
        seen.add(kind)
        files = [str(path) for path in rule.expand_input(wildcards)[0]]
        made = {maker.name_of(path, raw) for path in files} - {rule.name, "", *_LEFT_OUT}
        reads.setdefault(rule.name, set()).update(made)
        open_files += files
    rows = [[name, "rule", one] for name, others in reads.items() for one in sorted(others) or [""]]
    for stem, files in numbers.items():
        makers = {maker.of(path)[0] for path in files} - {None}
        rows += [[stem, "figure", name] for name in sorted(one.name for one in makers)]
    return sorted(rows)


def edges_later(
    workflow: Any, targets: Iterable[str], numbers: Mapping[str, Iterable[str]], *, raw: str
) -> Callable[[Any], list[list[str]]]:
    """Return a parameter of a rule that is known only when all rules are parsed.

    Args:
        workflow: Snakemake's, with all ``rules`` at the time of the call.
        targets, numbers, raw: see :func:`rule_edges`.
    """

    def edges(wildcards: Any) -> list[list[str]]:
        return rule_edges(workflow.rules, targets, numbers, raw=raw)

    return edges


class Makers:
    """Finds the rule that makes a file."""

    def __init__(self, rules: Iterable[Any]) -> None:
        self._fixed: dict[str, Any] = {}
        self._patterns: list[tuple[Any, Any]] = []
        self._known: dict[str, tuple[Any, dict[str, str]]] = {}
        for rule in rules:
            for path in rule.output:
                if "{" in str(path):
                    self._patterns.append((path, rule))
                else:
                    self._fixed.setdefault(str(path), rule)

    def of(self, path: str) -> tuple[Any, dict[str, str]]:
        """Return the rule that makes a file, None for none, and its wildcards."""
        if path not in self._known:
            self._known[path] = self._find(path)
        return self._known[path]

    def name_of(self, path: str, raw: str) -> str:
        """Return the name of the rule that makes a file, or the folder of a native one, or none."""
        rule, _ = self.of(path)
        if rule is not None:
            return rule.name
        inside = path.startswith(f"{raw}/") and path.removeprefix(f"{raw}/").split("/")
        return f"raw/{inside[0]}" if inside else ""

    def _find(self, path: str) -> tuple[Any, dict[str, str]]:
        """Return the same of a file that is new."""
        if path in self._fixed:
            return self._fixed[path], {}
        for pattern, rule in self._patterns:
            found = pattern.match(path)
            if found:
                return rule, found.groupdict()
        return None, {}
