"""The coverage page is what the table says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor
from autograd.coverage import CONSTANTS, UNSUPPORTED, functions, page, status, statuses
from autograd.errors import UnsupportedError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"


def listed() -> dict[str, str]:
    """The statuses that the page in docs gives."""
    found, kind = {}, ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            kind = line[3:].lower()
        elif line.startswith("`"):
            found |= {name.strip("`"): kind for name in line.split()}
    return found


def test_the_page_is_not_stale():
    there, here = listed(), statuses()
    assert {name: there[name] for name in here if name in there} == {name: here[name] for name in here if name in there}
    made_with = PAGE.read_text("utf-8").split("with NumPy ")[1].split(". Do")[0]
    if np.__version__.startswith(f"{made_with}."):
        assert PAGE.read_text("utf-8") == page(), "run: python -m autograd.coverage > docs/coverage.md"


def test_every_kind_has_its_example():
    assert status(np.tanh) == "differentiable"
    assert status(np.hstack) == "through others"
    assert status(np.sign) == "zero gradient"
    assert status(np.argmax) == CONSTANTS
    assert status(np.save) == UNSUPPORTED


@pytest.mark.parametrize("name", [name for name, kind in statuses().items() if kind == CONSTANTS])
def test_constant_functions_do_not_refuse_tensors(name):
    function = functions()[name]
    t = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    places = Tensor([0, 1])
    calls = [(t,), (t, t), (t, 1), (t[0], 1), (places, (2, 2)), ((places, places), (2, 2)), ((t, t),)]
    last: Exception | None = None
    for arguments in calls:
        try:
            found = function(*arguments)
        except UnsupportedError:
            raise
        except (TypeError, ValueError) as error:
            last = error
        else:
            assert not isinstance(found, Tensor)
            return
    raise AssertionError(f"{name} took none of the calls") from last


def test_it_prints_the_page():
    printed = subprocess.run(
        [sys.executable, "-m", "autograd.coverage"], cwd=PAGE.parents[1], capture_output=True, text=True, check=True
    )
    assert printed.stdout == page()
