"""Worker processes: many one-thread tasks side by side, which end with their parent."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[Task, Result]]:
    """Yield finished tasks with their results, in any order.

    Args:
        function: what to do with a task; must be importable where ``workers`` exceeds one.
        tasks: the tasks.
        workers: processes; with one, or one task, this process does the work.
    """
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, function(task)
        return
    # Imported here: most jobs do all work themselves.
    import joblib

    # joblib's own processes, because those of the standard library would run the workflow's
    # script again in every worker.
    pool = joblib.Parallel(
        n_jobs=min(workers, len(tasks)), backend="loky", return_as="generator_unordered"
    )
    yield from pool(joblib.delayed(_run_in_worker)(function, task, os.getpid()) for task in tasks)


def _run_in_worker(
    function: Callable[[Task], Result], task: Task, parent: int
) -> tuple[Task, Result]:
    """Run a task in a worker process."""
    watch(parent)
    return task, function(task)


@lru_cache(maxsize=1)
def watch(parent: int) -> None:
    """End this process when its parent is gone: a parent killed outright cannot do it."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
