"""PyTorch programs as text; `python -m tests.nn.reference.programs` runs them in PyTorch, as `make oracle` does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, StateError
from nn.export import to_torch
from tests.nn.export.forwards import FORWARDS
from tests.nn.export.networks import ACTIVATIONS, NETWORKS, Letters, draw, letters
from tests.nn.reference.programs import RUNS, X, Y, run
from tests.nn.training.runs import everything, plain, rich

RUN = '''\
import numpy as np
import torch
from torch import nn


def make_net():
    return nn.Sequential(
        nn.Linear(4, 8),
        nn.BatchNorm1d(8),
        nn.Tanh(),
        nn.Linear(8, 2),
    )


def train(net, x, y, epochs):
    """Train on arrays; give the loss of every step."""
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    x, y = torch.as_tensor(x), torch.as_tensor(y)
    losses = []
    for epoch in range(epochs):
        net.train()
        order = np.random.default_rng([3, epoch]).permutation(len(y))  # as NumPy draws it
        for i in range(0, len(y), 16):
            rows = torch.as_tensor(order[i : i + 16])
            optimizer.zero_grad()
            loss = loss_of(net(x[rows]), y[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.1)
            nn.utils.clip_grad_value_(net.parameters(), 0.05)
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    return losses
'''

LETTERS = """\
import torch
from torch import nn


class Letters(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.recurrent = nn.GRU(5, 6, batch_first=True)
        self.out = nn.Linear(6, 7)

    def forward(self, x):
        h0 = self.embedding(x)
        h1 = self.recurrent(h0)
        h2 = self.out(h1[0])
        h3 = h2.reshape(-1, 7)
        return h3


def make_net():
    return Letters()
"""


def test_a_whole_run() -> None:
    trainer = RUNS["clipping"]()
    trainer.run(3)
    assert to_torch(trainer) == RUN  # where it is in the run makes no difference


def test_a_module_of_ones_own() -> None:
    assert to_torch(Letters(), letters(5, 4)) == LETTERS


@pytest.mark.parametrize("name", [*NETWORKS, *FORWARDS, *ACTIVATIONS])
def test_every_program_is_python_and_always_the_same(name: str) -> None:
    made = NETWORKS | FORWARDS
    net, example, *axes = made[name]() if name in made else (ACTIVATIONS[name](), draw(6, 4))
    options = {"batch_axis": axes[0]} if axes else {}
    source = to_torch(net, example, **options)
    assert source == to_torch(net, example, **options)
    compile(source, name, "exec")
    assert "def make_net():" in source


@pytest.mark.parametrize("name", RUNS)
def test_every_run_is_python(name: str) -> None:
    source = to_torch(RUNS[name]())
    compile(source, name, "exec")
    assert "epochs):" in next(line for line in source.splitlines() if line.startswith("def train(net, x"))


def test_options_are_left_out_where_they_are_pytorchs() -> None:
    source = to_torch(
        nn.Sequential(nn.Conv2d(1, 2, 3, padding=(1, 0)), nn.LeakyReLU(0.2), nn.Softmax(dim=1), nn.Dropout())
    )
    assert [line.strip() for line in source.splitlines() if line.strip().startswith("nn.")] == [
        "nn.Conv2d(1, 2, 3, padding=(1, 0)),",
        "nn.LeakyReLU(negative_slope=0.2),",
        "nn.Softmax(dim=1),",
        "nn.Dropout(),",
    ]


def test_norms_say_whether_they_have_a_shift() -> None:
    net = nn.Sequential(
        nn.BatchNorm1d(3, bias=False), nn.BatchNorm1d(3, affine=False), nn.LayerNorm(3, elementwise_affine=False)
    )
    assert [line.strip() for line in to_torch(net).splitlines() if line.strip().startswith("nn.")] == [
        "nn.BatchNorm1d(3, bias=False),",
        "nn.BatchNorm1d(3, affine=False),",
        "nn.LayerNorm((3,), elementwise_affine=False),",
    ]


def test_containers_inside_containers() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), nn.ModuleList([nn.Linear(3, 1)]), nn.Sequential())
    assert to_torch(net).splitlines()[4:] == [
        "def make_net():",
        "    return nn.Sequential(",
        "        nn.Sequential(",
        "            nn.Linear(2, 3),",
        "            nn.ReLU(),",
        "        ),",
        "        nn.ModuleList([",
        "            nn.Linear(3, 1),",
        "        ]),",
        "        nn.Sequential(),",
        "    )",
    ]
    assert "from collections import OrderedDict" in to_torch(nn.Sequential({"a": nn.ReLU()}))
    assert "nn.ModuleDict({\n        'a': nn.ReLU(),\n    })" in to_torch(nn.ModuleDict({"a": nn.ReLU()}))


def test_float64_networks_say_so() -> None:
    nn.set_default_dtype(np.float64)
    assert to_torch(nn.Linear(2, 1)).endswith("return nn.Linear(2, 1).double()\n")


def test_blocks_that_are_alike_are_one_class() -> None:
    source = to_torch(*NETWORKS["stack"]())
    assert source.count("class Block(nn.Module):") == 1
    assert "self.blocks = nn.ModuleList([Block(), Block()])" in source


def test_the_network_and_the_run_stay_as_they_are() -> None:
    trainer = rich()
    trainer.run(5)
    before = everything(trainer)
    to_torch(trainer)
    assert everything(trainer) == before
    net = NETWORKS["stack"]()[0].eval()
    state = plain(net.state_dict())
    to_torch(net, draw(5, 4))
    assert plain(net.state_dict()) == state
    assert not net.training


def test_dropout_in_a_forward() -> None:
    class Dropping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.drop = nn.Conv2d(1, 3, 2), nn.Dropout(0.5)

        def forward(self, x: Any) -> Any:
            h = nn.functional.dropout(self.drop(self.drop(self.layer(x))), 0.25, self.training)
            return nn.functional.dropout2d(h, 0.2, self.training)

    assert [line.strip() for line in to_torch(Dropping(), draw(8, 1, 4, 4)).splitlines()[14:-5]] == [
        "h0 = self.layer(x)",
        "h1 = self.drop(h0)",
        "h2 = self.drop(h1)",
        "h3 = F.dropout(h2, 0.25, self.training)",
        "h4 = F.dropout2d(h3, 0.2, self.training)",
    ]


def test_arguments_of_parts_as_they_are_given() -> None:
    source = to_torch(FORWARDS["by name"]()[0], draw(5, 3, 8))
    assert "h0 = self.attention(query=x, key=x, value=x)" in source
    net, inputs, axes = FORWARDS["lstm from states"]()
    assert "h0 = self.layer(x, (x2, x3))" in to_torch(net, inputs, batch_axis=axes)


def test_a_part_has_its_batch_where_it_gets_it() -> None:
    assert "reshape(6, -1, 2, 2)" in to_torch(*FORWARDS["split axes"]())  # the times are its first axis


class Doing(nn.Module):
    def __init__(self, what: Any) -> None:
        super().__init__()
        self.layer, self.what = nn.Linear(3, 3), what

    def forward(self, x: Any) -> Any:
        return self.what(self.layer(x))


class Outer(nn.Module):
    """Gives a part of its own more than tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()

    def forward(self, x: Any) -> Any:
        return self.inner(x, scale=2.0)


class Inner(nn.Module):
    def forward(self, x: Any, scale: float) -> Any:
        return np.tanh(x) * scale


class Odd(nn.optim.lr_scheduler.LRScheduler):
    pass


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: to_torch(3), "to_torch: got an int; expected a Module or a Trainer"),
        (lambda: to_torch(Doing(np.tanh)), r"a module of your own, Doing; .* pass an example of the input: to"),
        (lambda: to_torch(Doing(lambda h: np.cumsum(h, axis=1)), draw(4, 3)), "the op 'cumsum'; .* write that part"),
        (lambda: to_torch(Doing(lambda h: h[:, ::-1]), draw(4, 3)), "an index that goes backwards"),
        (lambda: to_torch(Doing(lambda h: h * float(h.data.max())), draw(4, 3)), "depend on the input and are not"),
        (lambda: to_torch(Doing(lambda h: (h.T @ h).sum() * h[len(h) - 2]), draw(4, 3)), "index=2, which is 3 for"),
        (lambda: to_torch(Outer(), draw(4, 3)), "to_torch of inner: got a module of your own that is given more than"),
        (lambda: to_torch(nn.GRU(3, 4), (draw(6, 5, 3), draw(1, 5, 4))), r"batches of 1, 6 .* batch_axis=1, or \(0, 1"),
        (lambda: to_torch(run(lambda n: nn.optim.DeltaBarDelta(n.parameters()))), "DeltaBarDelta; expected an"),
        (
            lambda: to_torch(run(lambda n: nn.optim.SGD(n.parameters()), lambda s, o: s.LambdaLR(o, lambda e: 0.9**e))),
            "LambdaLR with lr_lambda, which is a function",
        ),
        (
            lambda: to_torch(run(lambda n: nn.optim.SGD(n.parameters()), loss=lambda a, b: (a * a).mean())),
            "the loss <lambda>; expected a loss of nn",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_named(make: Any, says: str) -> None:
    with pytest.raises((ConfigError, StateError), match=says):
        make()


VALIDATED = '''\
def evaluate(net, loss_of, x, y):
    """The loss and the accuracy, in evaluation mode; it is a mean over the samples."""
    net.eval()
    total, right = 0.0, 0
    with torch.no_grad():
        for rows in torch.arange(len(y)).split(4096):
            output, target = net(x[rows]), y[rows]
            total += loss_of(output, target).item() * len(rows)
            right += int((output.argmax(dim=1) == target).sum())
    return total / len(y), right / y.numel()


def train(net, x, y, x_val, y_val, epochs):
    """Train on arrays; give the loss of every step, and loss and accuracy on the validation data after every epoch."""
    # without the callbacks of the run that this was made from: EarlyStopping
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters())
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode='max')
    x, y = torch.as_tensor(x), torch.as_tensor(y)
    x_val, y_val = torch.as_tensor(x_val), torch.as_tensor(y_val)
    found = []
    losses = []
'''


def test_validation_is_written_out() -> None:
    trainer = run(
        lambda n: nn.optim.SGD(n.parameters()),
        lambda s, o: s.ReduceLROnPlateau(o, mode="max"),
        validation=(X, Y),
        callbacks=[nn.EarlyStopping()],
    )
    source = to_torch(trainer)
    assert VALIDATED in source
    assert source.endswith(
        "        found.append(evaluate(net, loss_of, x_val, y_val))\n"
        "        scheduler.step(found[-1][1])\n"
        "    return losses, found\n"
    )


def test_what_is_right_is_said_as_the_loss_has_it() -> None:
    targets = (Y[:, None].astype(np.float32), X[:, :1])
    for loss, target, says in (
        (nn.BCEWithLogitsLoss(), targets[0], "int(((output.reshape(-1) > 0.0) == (target.reshape(-1) > 0.5)).sum())"),
        (
            nn.MSELoss(reduction="sum"),
            targets[1],
            "total += loss_of(output, target).item()\n    return total / len(y), None",
        ),
    ):
        net = nn.Linear(4, 1)
        assert says in to_torch(
            run(lambda n: nn.optim.SGD(n.parameters()), loss=loss, data=(X, target), net=net, validation=(X, target))
        )
