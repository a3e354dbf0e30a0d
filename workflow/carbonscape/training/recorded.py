"""Training the model behind a product, with a record beside it of what it was made from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from carbonscape.core.io import write_json
from carbonscape.core.provenance import describe_run
from carbonscape.training.final_training import FinalTraining, train_final
from carbonscape.training.scratch import scratch_folder


def train_recorded(
    training: FinalTraining,
    *,
    model: str | os.PathLike[str],
    run: str | os.PathLike[str],
    config: Mapping[str, Any],
    seed: int,
    data: Iterable[str | os.PathLike[str]],
    files: Iterable[str | os.PathLike[str]],
    scratch: str | os.PathLike[str],
    workers: int,
) -> None:
    """Train every model of a product, write them to one file, and its provenance beside it.

    An interrupted training goes on where it stopped, unless the configuration, a file, the code
    or a package that decides the result has changed since.

    Args:
        training: what is trained.
        model: file of the trained models.
        run: file of their provenance, with the checksum of ``model``.
        config: the part of the resolved configuration that the result depends on.
        seed: of the configuration.
        data: data files that the samples come from.
        files: all files that decide the result: data and code.
        scratch: folder of finished models that wait for the others.
        workers: processes beside each other; they change no number.
    """
    device = training.training.device
    content = {"config": config, "seed": seed, "device": device}
    with scratch_folder(scratch, content, files) as folder:
        train_final(training, model, scratch=folder, workers=workers)
        record = describe_run(config=config, seed=seed, inputs=data, device=device, outputs=[model])
        write_json(run, record)
