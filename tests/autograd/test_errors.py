"""The exceptions: one tree, each also the built-in that users catch; one form of message."""

from __future__ import annotations

import pickle

import pytest

from autograd import errors


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.ShapeError, ValueError),
        (errors.DTypeError, TypeError),
        (errors.GraphError, RuntimeError),
        (errors.MutationError, RuntimeError),
        (errors.UnsupportedError, TypeError),
    ],
)
def test_each_is_ours_and_a_builtin(error, builtin):
    assert issubclass(error, errors.AutogradError)
    assert issubclass(error, builtin)


def test_the_form_of_a_message():
    assert errors.message("f", "x", "y", "z") == "f: got x; expected y; z."


def test_an_error_keeps_the_parts_of_its_message():
    told = errors.message("f", "x; y", "z: got a", "do")
    (kept,) = pickle.loads(pickle.dumps(errors.ShapeError(told))).args
    assert kept.parts == ("f", "x; y", "z: got a", "do")
