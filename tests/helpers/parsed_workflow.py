"""The rules as Snakemake itself reads them: loops, wildcards and expansions are resolved.

Run as a script, in the root of a copy of the tree, it prints what every rule reads and writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@cache
def parsed_rules(configuration: str = "config/tiny.yaml") -> dict[str, dict[str, Any]]:
    """Return every rule of a configuration: its outputs, wildcards in braces, and its words.

    Args:
        configuration: file that is laid over config.yaml.

    Returns:
        Rule name to ``{"output": [...], "message": ..., "docstring": ..., "localrule": ...}``.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SNAKEMAKE")}
    done = subprocess.run(
        [sys.executable, __file__, configuration],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _print_rules(configuration: str) -> None:
    """Parse the workflow in the current folder and print its rules as JSON."""
    from snakemake.api import (
        ConfigSettings,
        OutputSettings,
        ResourceSettings,
        SnakemakeApi,
        StorageSettings,
    )  # fmt: skip

    with SnakemakeApi(OutputSettings()) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(),
            config_settings=ConfigSettings(configfiles=[Path(configuration)]),
            storage_settings=StorageSettings(),
            snakefile=Path("Snakefile"),
        )._workflow
        found = {
            rule.name: {
                "output": [str(path) for path in rule.output],
                "message": rule.message,
                "docstring": rule.docstring,
                "localrule": workflow.is_local(rule),
            }
            for rule in workflow.rules
        }
    print(json.dumps(found))


if __name__ == "__main__":
    _print_rules(sys.argv[1])
