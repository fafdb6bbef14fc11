"""Transforms in a compiled step: each, in each other, gives what it gives eagerly, on numbers not recorded."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import autograd
from autograd import Tensor

# Each turns a function from (n,) to (n,) into another such function.
TRANSFORMS = {
    "grad": lambda f: autograd.grad(lambda x: f(x).sum()),
    "value_and_grad": lambda f: lambda x: sum(autograd.value_and_grad(lambda x: f(x).sum())(x)),
    "elementwise_grad": autograd.elementwise_grad,
    "jvp": lambda f: lambda x: autograd.jvp(f, (x,), (np.cos(x),))[1],
    "vjp": lambda f: lambda x: autograd.vjp(f, x)[1](np.cos(x))[0],
    "make_jvp": lambda f: lambda x: autograd.make_jvp(f)(x)(x * x)[1],
    "make_vjp": lambda f: lambda x: autograd.make_vjp(f)(x)[0](x * x),
    "make_ggnvp": lambda f: lambda x: autograd.make_ggnvp(f)(x)(x * x),
    "jacobian": lambda f: lambda x: autograd.jacobian(f)(x).sum(axis=0),
    "hessian": lambda f: lambda x: autograd.hessian(lambda x: (f(x) * x).sum())(x) @ x,
    "hvp": lambda f: lambda x: autograd.hvp(lambda x: (f(x) * x).sum())(x, np.cos(x)),
    "checkpoint": autograd.checkpoint,
}
PAIRS = [(name,) for name in TRANSFORMS] + list(itertools.product(TRANSFORMS, TRANSFORMS))
SLOW = frozenset({"hessian", "jacobian"})  # in a pair


def marked(names):
    slow = len(names) > 1 and not SLOW.isdisjoint(names)
    return pytest.param(names, id="-".join(names), marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize("names", [marked(names) for names in PAIRS])
def test_a_transform_in_a_compiled_step(names):
    w = Tensor([0.5, -1.0, 1.5], requires_grad=True)

    def function(x):
        return np.tanh(x * w) + x * x * x

    for name in names:
        function = TRANSFORMS[name](function)

    def step(x):
        w.grad = None
        loss = (function(x) ** 2).sum()
        loss.backward()
        return loss

    fast = autograd.compile(step)
    for x in ([0.3, -0.2, 0.9], [-0.7, 0.4, 0.1], [1.1, 0.6, -0.5]):
        found = fast(np.array(x)).item(), w.grad.tolist()
        expected = step(np.array(x)).item(), w.grad.tolist()
        np.testing.assert_allclose(np.hstack(found), np.hstack(expected), rtol=1e-10)
