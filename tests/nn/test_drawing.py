"""Parts of a batch draw what the whole batch would draw, and leave the generator where it would be."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from nn.drawing import Share, source, uniform
from nn.errors import ConfigError


def position(generator: np.random.Generator) -> Any:
    """Where a generator is; a half of a step that nobody waits for does not count."""
    state: Any = generator.bit_generator.state
    return state["state"], state["has_uint32"] and state["uinteger"]


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from([np.random.PCG64, np.random.PCG64DXSM]),
    before=st.integers(0, 3),
    cuts=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    shapes=st.lists(st.lists(st.integers(1, 3), max_size=2).map(tuple), min_size=1, max_size=3),
)
def test_parts_are_those_of_the_whole(kind: Any, before: int, cuts: list[int], shapes: list[tuple[int, ...]]) -> None:
    apart, whole = (np.random.Generator(kind(1)) for _ in range(2))
    for each in (apart, whole):
        each.random(before, dtype=np.float32)
    bounds = np.cumsum([0, *cuts]).tolist()
    shares = [Share() for _ in cuts]
    for _ in range(2):
        expected = [whole.random((bounds[-1], *shape), dtype=np.float32) for shape in shapes]
        drawn = []
        for share, (start, stop) in zip(shares, pairwise(bounds), strict=True):
            share.begin(start, stop, bounds[-1])
            with share.drawing():
                drawn.append([uniform(apart, (stop - start, *shape)) for shape in shapes])
        shares[0].settle()
        for parts, one in zip(zip(*drawn, strict=True), expected, strict=True):
            np.testing.assert_array_equal(np.concatenate(parts), one)
        assert position(apart) == position(whole)
    assert apart.normal() == whole.normal()


def test_until_it_is_settled_the_generator_stays() -> None:
    generator, share = np.random.default_rng(0), Share()
    before = position(generator)
    share.begin(0, 1, 2)
    with share.drawing():
        assert source(generator) is not generator
        assert source(generator) is source(generator)
        first = uniform(generator, (1, 3))
    assert source(generator) is generator
    assert position(generator) == before
    share.begin(0, 1, 2)
    with share.drawing():
        np.testing.assert_array_equal(uniform(generator, (1, 3)), first)
    share.settle()
    assert position(generator) != before


def test_what_has_no_part_is_refused() -> None:
    share = Share()
    share.begin(0, 2, 4)
    with share.drawing():
        with pytest.raises(ConfigError, match="kind MT19937; expected one that can skip"):
            uniform(np.random.Generator(np.random.MT19937(0)), (2,))
        with pytest.raises(ConfigError, match=r"shape \(3,\) for 2 samples; expected equally many"):
            uniform(np.random.default_rng(0), (3,))


@pytest.mark.parametrize("own", [None, 3])
def test_dropout_in_parts_is_that_of_the_whole(own: int | None) -> None:
    def layer() -> nn.Module:
        return nn.Dropout(0.4, rng=None if own is None else np.random.default_rng(own))

    x = np.ones((5, 3), np.float32)
    nn.manual_seed(1)
    expected, after = layer()(x), nn.default_generator().random()
    nn.manual_seed(1)
    apart, shares, compiled = layer(), [Share(), Share()], []
    for share, (start, stop) in zip(shares, ((0, 2), (2, 5)), strict=True):
        share.begin(start, stop, 5)
        with share.drawing():
            compiled.append(autograd.compile(apart)(x[start:stop]))
            share.begin(start, stop, 5)
            compiled.append(apart(x[start:stop]))
    shares[0].settle()
    np.testing.assert_array_equal(np.concatenate(compiled[::2]), expected)
    np.testing.assert_array_equal(np.concatenate(compiled[1::2]), expected)
    assert nn.default_generator().random() == after
