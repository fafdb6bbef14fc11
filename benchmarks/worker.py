"""One engine on one workload in a process of its own: `python -m benchmarks.worker ENGINE WORKLOAD`.

It reads a command a line and answers with a line of JSON: `losses N` takes N steps and gives their losses, `time N`
takes N steps and gives the seconds. The end of its input ends it. `Worker` is the other end of the pipe.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
# One thread for every library that might bring its own pool: more threads measure the machine's other work.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB", "NUMEXPR")}


def environment() -> dict[str, str]:
    """The variables for a measured process: this tree first on the path, one thread."""
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}


class Worker:
    """A running `benchmarks.worker`; a context manager that ends it."""

    def __init__(self, engine: str, workload: str) -> None:
        self.engine = engine
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", engine, workload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()  # closes its input, which ends it

    def ask(self, command: str, steps: int) -> Any:
        """Send one command and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it ended already: the missing answer tells
            self._process.stdin.write(f"{command} {steps}\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            code = self._process.wait()
            raise RuntimeError(f"{self.engine}: its process ended with code {code}; see its message above")
        return json.loads(answer)

    def losses(self, steps: int) -> list[float]:
        """Take steps; give the loss of each."""
        return [float(loss) for loss in self.ask("losses", steps)]

    def time(self, steps: int) -> float:
        """Take steps; give the seconds that all of them took."""
        return float(self.ask("time", steps))


def serve(engine: str, workload: str) -> None:
    """Answer commands until the input ends."""
    build = importlib.import_module(f".engines.{engine}", __package__).build
    from .measure import sampler
    from .workloads import WORKLOADS

    step = build(WORKLOADS[workload])
    sample = sampler(step)
    for line in sys.stdin:
        command, count = line.split()
        answer = sample(int(count)) if command == "time" else [step() for _ in range(int(count))]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
