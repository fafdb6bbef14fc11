"""Commands that are right, in random order: what one leaves is what the next one, `undo`, `goto` and the script find.

After every line: no traceback of ours; JSON that other programs can read; a command that failed, or that looks, has
changed nothing. In between: `back` and `goto` meet again, `undo` puts back. At the end the exported script gives the
same weights, losses and random state, bit for bit.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session, messages
from repl.results import Result
from repl.views.jsonlines import plain
from repl.views.screen import Screen
from repl.views.transcript import draw
from tests.repl.conftest import ROOT

DATA = ("data spiral n=60", "data iris", "data moons n=80 noise=0.2", "data xor n=40", "data digits test=0.9")
NETS = ("net 8 tanh", "net 8 bn relu", "net 8 relu drop=0.3 6 relu", "net 8 ln gelu", "net 4 leaky 4 elu",
        "net conv 2@3 bn relu pool 2 conv 3@3 relu flatten", "net conv 3@3 relu drop=0.2 gap")  # fmt: skip
OPTIMISERS = ("optim sgd lr=0.1", "optim sgd lr=0.05 momentum=0.9 nesterov=yes", "optim adam lr=0.01",
              "optim adamw lr=0.01", "optim rmsprop lr=0.005", "optim adagrad lr=0.05")  # fmt: skip
TRAINING = ("step", "step 3", "train 7", "train 2 epochs", "train 5 batch=16", "train 4 seed=3", "train 9 batch=7",
            "train until loss<0.6 most=12", "train until acc>0.8 most=12", "trainer.run(2)")  # fmt: skip
STEERING = ("back", "back 5", "goto 0", "goto 3", "goto 10", "lr 0.02", "freeze 0", "freeze 0.weight", "unfreeze",
            "reset", "watch net[0].weight.std()", "watch trainer.step_count", "unwatch", "undo", "undo", "init xavier",
            "init he seed=3", "save run", "load run")  # fmt: skip
LOOKS = ("flow", "graph", "graph net.dot", "why", "check", "hist", "hist gradients", "boundary", "confusion", "curve",
         "weights", "show", "summary", "plot flow", "compare init=he,xavier steps=4", "compare optim=sgd,adam steps=4",
         "lr", "watch", "help train")  # fmt: skip
PYTHON = ("optimizer.param_groups[0]['lr'] *= 0.5", "optimizer.zero_grad()", "x = 3", "net.eval()",
          "with no_grad(): net[0].weight.data[...] *= 0.9", "trainer.goto(1)", "nn.init.zeros_(net[0].bias)",
          "loss(net(data.train.x[:5]), data.train.y[:5]).backward()", "nn.manual_seed(5)")  # fmt: skip
DEBUGGER = ("n", "n 3", "b", "w 0.weight", "p 0.weight", "check", "g", "l", "break tanh", "c", "q")
GROUPS = ((DATA, 1), (NETS, 1), (OPTIMISERS, 1), (TRAINING, 6), (STEERING, 6), (LOOKS, 3), (PYTHON, 1.5))

PATHS = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
STATE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.repl.test_fuzz_runs import state
print(state(globals()))
"""


def state(names: Any) -> str:
    """Weights, statistics, optimiser, losses and random state, in short."""
    net, trainer, optimizer = names.get("net"), names.get("trainer"), names.get("optimizer")
    found = hashlib.sha256()
    for name, value in net.state_dict().items() if hasattr(net, "state_dict") else ():
        found.update(name.encode() + np.asarray(value).tobytes())
    with np.printoptions(threshold=10**9, floatmode="unique"):
        found.update(repr(optimizer.state_dict() if hasattr(optimizer, "state_dict") else "").encode())
    found.update(repr(nn.default_generator().bit_generator.state).encode())
    return f"{found.hexdigest()[:12]} {[event.loss for event in getattr(trainer, 'history', ())]}"


class Player:
    """Types lines, and holds each against what has to be so."""

    def __init__(self, rng: random.Random, screen: Screen) -> None:
        self.rng, self.screen, self.session = rng, screen, Session()
        self.typed: list[str] = []
        self.by_hand = False  # whether steps alone do not lead here any more

    @property
    def state(self) -> str:
        return state(self.session.namespace)

    def type(self, line: str) -> Result:
        before, losses = self.state, getattr(self.session.namespace.get("trainer"), "history", None)
        result = self.session.run(line)
        self.typed.append(line)
        json.loads(json.dumps(plain(result), allow_nan=False))
        if result.failure is not None:
            assert f'File "{ROOT}/' not in result.failure.trace, self.typed
            assert result.failure.message
        elif result.report is not None:
            assert draw(result.report, self.screen)
        same_run = getattr(self.session.namespace.get("trainer"), "history", None) is losses
        if self.session.mode is None and same_run and (line in LOOKS or (result.failure and result.command)):
            assert self.state == before, self.typed
        return result

    def steps(self) -> int:
        return getattr(self.session.namespace.get("trainer"), "step_count", 0)

    def travel(self) -> None:
        """Back and forth, and the same steps again."""
        here, before = self.steps(), self.state
        count = self.rng.randint(1, min(here, 9))
        if self.type(f"back {count}").ok:
            self.type(f"goto {here}")
            assert self.state == before, self.typed
            self.type(f"back {count}")
            self.type(f"step {count}")
            assert self.state == before, self.typed

    def take_back(self, line: str) -> None:
        """A command, and `undo`."""
        before, known = self.state, len(self.session.history)
        if self.type(line).ok and len(self.session.history) > known:
            self.type("undo")
            assert self.state == before, self.typed

    def lines(self, count: int) -> Iterator[str]:
        yield from (self.rng.choice(each) for each in (DATA, NETS, OPTIMISERS))
        for _ in range(count):
            if self.rng.random() < 0.05:
                yield from ("backward", *self.rng.choices(DEBUGGER, k=3), "q")
            yield self.rng.choice(self.rng.choices([group for group, _ in GROUPS], [weight for _, weight in GROUPS])[0])

    def play(self) -> None:
        for line in self.lines(self.rng.randint(6, 20)):
            if line in DEBUGGER and self.session.mode is None:
                continue  # the pass was over, or did not begin
            luck = self.rng.random()
            if luck < 0.15 and line.split(" ")[0] in self.session.commands and line not in ("undo", "q"):
                self.take_back(line)
                continue
            self.type(line)
            self.by_hand |= line in PYTHON or line in STEERING
            if luck > 0.9 and not self.by_hand and self.session.mode is None and self.steps():
                self.travel()


@pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.slow)])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 25))])
def test_a_run_is_what_its_lines_say(
    seed: int, language: str, screen: Callable[..., Screen], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    messages.use(language)
    nn.manual_seed(0)
    fresh = nn.default_generator().bit_generator.state
    player = Player(random.Random(seed), screen(60))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lines' own
        player.play()
    player.type("export out.py")
    start = f"import nn\nnn.default_generator().bit_generator.state = {fresh!r}\n"
    (tmp_path / "whole.py").write_text(start + (tmp_path / "out.py").read_text("utf-8") + STATE, "utf-8")
    done = subprocess.run([sys.executable, "whole.py"], capture_output=True, text=True, check=False, env=PATHS)
    assert done.stdout.splitlines()[-1:] == [player.state], (player.typed, done.stderr[-2000:])
