"""Snakemake's command line, with every job of a dry run as a line of JSON.

What Snakemake itself prints of a job depends on its rule: with a ``message:`` it names no file.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from snakemake import logging
from snakemake.cli import main

#: Begins the line of a job.
MARK = "JOB "


def line_of(formatter: logging.DefaultFormatter, job: dict[str, Any]) -> str:
    """Return a job's line: its rule, and the files that it reads and writes."""
    files = {key: [str(path) for path in job[key]] for key in ("input", "output")}
    return MARK + json.dumps({"rule": job["rule_name"], **files})


if __name__ == "__main__":
    logging.DefaultFormatter.format_job_info = line_of
    main(sys.argv[1:])
