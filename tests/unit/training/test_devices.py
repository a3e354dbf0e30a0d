"""Where networks are trained."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from carbonscape.core.errors import ConfigError
from carbonscape.training.devices import choose_device
from helpers.guards import PROJECT


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [("cpu", True, "cpu"), ("auto", True, "cuda"), ("cuda", True, "cuda"), ("auto", False, "cpu")],
)
def test_an_accelerator_is_taken_where_there_is_one_and_it_is_wanted(
    monkeypatch, wanted, there, found
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert choose_device(wanted, "fluxformer") == found
    assert choose_device(wanted, "xgboost") == "cpu"  # no network of ours


def test_an_accelerator_that_is_not_there_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError) as refusal:
        choose_device("cuda", "lstm")
    assert str(refusal.value) == (
        "config key 'device' is 'cuda', but torch finds no CUDA accelerator here; set it to "
        "'auto' or 'cpu', or install a build of torch for your accelerator."
    )
    assert choose_device("cuda", "climatology") == "cpu"


def test_jobs_without_a_network_do_not_wait_for_torch():
    code = (
        "import sys\n"
        "from carbonscape.training.devices import choose_device\n"
        "choose_device('auto', 'xgboost'), choose_device('cpu', 'lstm')\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT / "workflow",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["False"]
