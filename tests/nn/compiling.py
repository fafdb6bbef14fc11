"""The same training steps compiled and eagerly, for the tests that hold one against the other."""

from __future__ import annotations

import numpy as np

import autograd
import nn

CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def batches(*shape, targets, count=2):
    size = int(np.prod(shape))
    return [(np.sin(np.arange(size).reshape(shape) + i).astype(np.float32), targets) for i in range(count)]


CLASSES = np.arange(8) % 3


def stepping(net, loss, optimizer):
    def step(*batch):
        optimizer.zero_grad()
        value = loss(net(*batch[:-1]), batch[-1])
        value.backward()
        optimizer.step()
        return value

    return step


def trained(make, compiled, data, steps=5, optimizer=None):
    """Losses, parameters, buffers and gradients after some steps."""
    nn.manual_seed(0)
    net, loss = make()
    optimizer = (optimizer or (lambda params: nn.optim.SGD(params, lr=0.1)))(net.parameters())
    step = stepping(net, loss, optimizer)
    if compiled:
        step = autograd.compile(step)
    losses = [step(*data[i % len(data)]).item() for i in range(steps)]
    state = list(net.state_dict().values())
    grads = [param.grad.data.copy() for param in net.parameters()]
    return [np.array(losses), *state, *grads], optimizer


def agree(make, data, **options):
    eager, _ = trained(make, False, data, **options)
    fast, _ = trained(make, True, data, **options)
    for a, b in zip(eager, fast, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(b, a, **CLOSE)


def mlp(*between, bias=True):
    return lambda: (
        nn.Sequential(nn.Linear(5, 6, bias), *(make() for make in between), nn.Linear(6, 3)),
        nn.CrossEntropyLoss(),
    )


def pair(make_optimizer=lambda p: nn.optim.SGD(p, lr=0.1, momentum=0.9), between=(nn.Tanh,), bias=True):
    """The same net twice: its compiled step, its eager step, and the parts of both."""
    parts = []
    for compiled in (True, False):
        nn.manual_seed(0)
        net, loss = mlp(*between, bias=bias)()
        optimizer = make_optimizer(net.parameters())
        step = stepping(net, loss, optimizer)
        parts.append((autograd.compile(step) if compiled else step, net, optimizer))
    return parts
