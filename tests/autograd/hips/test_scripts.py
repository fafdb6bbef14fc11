"""Three programs written for HIPS autograd run here with no line changed, and give its numbers to 1e-10.

The JSON files hold what HIPS autograd 1.9.1 gave, with NumPy 2.4.6 and SciPy 1.17.1. To make them again:

    python -m venv /tmp/hips && /tmp/hips/bin/pip install autograd scipy
    cd tests/autograd/hips && for name in bayesian_neural_net gaussian_process recurrent_net; do
        /tmp/hips/bin/python $name.py > $name.json
    done
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd.misc import flatten

pytest.importorskip("scipy", reason="SciPy is an extra")

HERE = Path(__file__).parent
SCRIPTS = ["bayesian_neural_net", "gaussian_process", "recurrent_net"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_numbers_are_those_of_hips(name):
    assert autograd.__chainrule__
    expected = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    found = runpy.run_path(str(HERE / f"{name}.py"))["run"]()
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if isinstance(value, str):
            assert found[key] == value
        else:
            ours, theirs = flatten(found[key])[0], flatten(value)[0]
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10, err_msg=f"{name}: {key}")


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_numbers_say_something(name):
    stored = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    numbers = flatten([value for value in stored.values() if not isinstance(value, str)])[0]
    assert numbers.size > 50
    assert np.count_nonzero(np.abs(numbers) > 1e-6) > 0.8 * numbers.size


def test_training_got_somewhere():
    bounds = json.loads((HERE / "bayesian_neural_net.json").read_text("utf-8"))["bounds"]
    losses = json.loads((HERE / "recurrent_net.json").read_text("utf-8"))["losses"]
    assert bounds[-1] > bounds[0] + 100
    assert losses[-1] < losses[0] / 2
