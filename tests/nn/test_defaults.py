from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from nn.errors import ConfigError

ROOT = Path(nn.__file__).parents[1]


def test_default_dtype_is_float32_and_is_what_layers_are_made_in() -> None:
    assert nn.get_default_dtype() == np.float32
    assert nn.Linear(2, 2).weight.dtype == np.float32
    nn.set_default_dtype("float64")
    assert nn.Linear(2, 2).weight.dtype == np.float64
    assert nn.Parameter([1.0]).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.int64, bool, "complex64", "no such type", None, object])
def test_default_dtype_must_be_a_float_type(dtype: object) -> None:
    with pytest.raises(ConfigError, match="expected a float dtype"):
        nn.set_default_dtype(dtype)
    assert nn.get_default_dtype() == np.float32


def test_a_seed_gives_the_same_weights() -> None:
    nn.manual_seed(3)
    first = nn.Linear(4, 4).weight.data
    assert not np.array_equal(nn.Linear(4, 4).weight.data, first)
    nn.manual_seed(3)
    np.testing.assert_array_equal(nn.Linear(4, 4).weight.data, first)


def test_rng_leaves_the_default_generator_alone() -> None:
    nn.manual_seed(0)
    expected = nn.Linear(3, 3).weight.data
    nn.manual_seed(0)
    nn.Linear(5, 5, rng=np.random.default_rng(9))
    np.testing.assert_array_equal(nn.Linear(3, 3).weight.data, expected)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    with pytest.raises(ConfigError, match="at least 0"):
        nn.manual_seed(seed)


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=ROOT)
    return done.stdout


def test_without_a_seed_a_program_gives_the_same_numbers_each_time() -> None:
    program = "import nn; print(nn.Linear(3, 2).weight.data.tobytes().hex())"
    nn.manual_seed(0)
    assert {run(program), run(program)} == {nn.Linear(3, 2).weight.data.tobytes().hex() + "\n"}


def test_the_generator_is_made_on_first_use() -> None:
    seen = "'numpy.random' in sys.modules"
    program = f"import sys, numpy; a = {seen}; import nn; b = {seen}; nn.default_generator(); print(a == b, {seen})"
    assert run(program).split() == ["True", "True"]
