"""Whatever is typed, the session answers: thousands of generated lines, right and wrong, end in no traceback of ours.

Lines are drawn from a seed: commands with their own words and with others', options with good and bad values, Python
that runs and that does not, letters of every kind. Nothing that loops for ever by itself is among them.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repl import Session
from repl.results import Farewell
from repl.views.screen import Screen
from repl.views.transcript import draw

OURS = ("autograd", "nn", "repl")
ROOT = str(Path(__file__).resolve().parents[2])
WORDS = [
    *('digits', 'iris', 'spiral', 'moons', 'xor', 'n=20', 'n=-3', 'n=1e9x', 'noise=0.1', 'test=0.5'),
    *('standardize=no', '2', '3', '4', '8', '-1', '0', '1.5', 'nan', 'inf', '1e400', '64', 'relu', 'tanh'),
    *('sigmoid', 'bn', 'ln', 'drop=0.2', 'drop=2', 'conv', '4@3', '9@99', 'pool', '2', 'flatten', 'gap'),
    *('kaiming', 'alexnet', 'he', 'xavier', 'sgd', 'adam', 'lr=0.1', 'lr=-1', 'lr=1e30', 'lr=x'),
    *('momentum=0.9', 'cross_entropy', 'mse', 'steps', 'epochs', 'until', 'acc>0.9', 'loss<0.1', 'most=5'),
    *('batch=7', 'batch=0', 'seed=3', '--force', '--try', '--svg', 'a.svg', '--png', 'b.png', '--html'),
    *('c.html', 'dot=d', 'out.py', 'out', 'run', 'run.npz', 'torch', 'onnx', 'net.onnx', 'net', 'loss', 'data'),
    *('trainer', 'optimizer', '0.weight', 'net[0]', 'nothing', 'x', '(', "'", '"', '[1, 2', '=,='),
    *('init=he,xavier', 'net.norm=none,batch', 'steps=3', 'lr=0.1,1', 'weights', 'gradients', 'activations'),
    *('on', 'off', 'softmax', 'twice', 'python', 'objects', '%net', '?', '??', '--', '--x', '-i', '\\', 'ü'),
    *('데이터', '\u202e', '💥', "a" * 300),
]  # fmt: skip
PYTHON = [
    *('x = 1', 'x +', 'def f(:', '1 / 0', '[i for i in range(9)]', "raise ValueError('no')"),
    *('import nothing_like_it', 'net', 'net.x', 'net(x)', 'loss(1, 2)', 'net[0].weight.grad'),
    *('optimizer.step()', 'trainer.run(2)', 'del net', 'net = 3', 'data = None', "loss = 'x'"),
    *('trainer = object()', 'optimizer = []', 'np.zeros((10_000, 10_000))'),
    *('Tensor([1.0], requires_grad=True).sum().backward()', 'Tensor([[1.0]]) @ Tensor([1.0, 2.0])', 'graph(3)'),
    *('np.array([1, 2]) @ np.array([1, 2, 3])', 'for i in range(2):\n    i', 'if True:\n  x = 2\n   y = 3'),
    *('\tx', '#', 'lambda: (yield)', "class A:\n    def __repr__(self):\n        raise KeyError('no')\nA()"),
    *("'\\ud800'", "print('\\x1b[31m')", '{}[1]', "int('x' * 50)", 'sum(range(10**5))', "nn.Linear(2, 'x')"),
    *('nn.nothing', "F.relu('x')", '_', 'last_error'),
]  # fmt: skip


def lines(seed: int, count: int, session: Session) -> Iterator[str]:
    rng = random.Random(seed)
    commands = [name for name in session.commands if name not in ("quit", "exit")]
    examples = [line for name in commands for line in getattr(session.commands[name], "examples", ()) if line != "quit"]
    for _ in range(count):
        kind = rng.random()
        if kind < 0.08:
            yield rng.choice(("data spiral n=40", "data iris", "net 4 tanh", "net 3 relu 3 bn", "optim adam lr=0.01"))
        elif kind < 0.35:
            words = rng.choice(examples).split(" ")  # what the help shows, often with a word in place of another
            if rng.random() < 0.5:
                words[rng.randrange(len(words))] = rng.choice(WORDS)
            yield " ".join(words)
        elif kind < 0.6:
            words = rng.choices(WORDS, k=rng.choice((0, 1, 1, 2, 3, 5)))
            yield " ".join([rng.choice(commands), *words])
        elif kind < 0.85:
            yield rng.choice(PYTHON)
        elif kind < 0.9:
            yield "".join(
                chr(rng.choice((rng.randrange(32, 127), rng.randrange(1, 0x2FF)))) for _ in range(rng.randrange(40))
            )
        elif kind < 0.92:
            yield bytes(rng.randrange(256) for _ in range(rng.randrange(30))).decode("utf-8", "surrogateescape")
        elif kind < 0.93:
            yield rng.choice(("x = " + "1 + " * 3000 + "1", "net " + "4 tanh " * 200, "a" * 50_000, "(" * 300))
        else:
            yield rng.choice(
                (
                    "n",
                    "b",
                    "c",
                    "q",
                    "w x",
                    "p g",
                    "until loss",
                    "check",
                    "g",
                    "",
                    " ",
                    "\n",
                    "next",
                    "answer a",
                    "undo",
                )
            )


def typed(session: Session, line: str, screen: Screen) -> None:
    """Run one line as the shell does, and draw what comes out; it may fail, but in words."""
    result = session.run(line)
    for each in [result, *(session.run(more) for more in result.follow)]:
        if each.failure is not None:
            assert each.failure.message, line
            for name in OURS:
                assert f'File "{ROOT}/{name}/' not in each.failure.trace, (line, each.failure.trace)
            continue
        if each.report is not None and not isinstance(each.report, Farewell):
            draw(each.report, screen)


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 300), *(pytest.param(seed, 1_000, marks=pytest.mark.slow) for seed in range(1, 11))],
)
def test_every_line_is_answered(
    seed: int, count: int, screen: Callable[..., Screen], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", screen(60).stream)  # what the lines print
    session = Session()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lines' own
        for number, line in enumerate(lines(seed, count, session)):
            if number % 100 == 99:
                session = Session()  # names that were bound to nonsense would hide most commands in the end
            typed(session, line, screen(20 if len(line) % 2 else 80))
            if session.mode is not None and len(line) % 5 == 0:
                session.mode.leave()
    if session.mode is not None:
        session.mode.leave()
    assert session.run("1 + 1").ok  # it is not lost
