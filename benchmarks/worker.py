"""One engine on one workload in a process of its own. It reads a command a line and answers with a line of JSON:

    losses N    take N steps, give their losses
    time N      take N steps, give the seconds
    memory N    take N steps, give the bytes of memory in use at most, above those before the engine was set up; to be
                asked first, so that setting it up and its first step count
    traced N    the same as Python and NumPy ask for them, exactly

The end of its input ends it. `Worker` is the other end of the pipe.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .engines import describe
from .measure import sampler
from .places import ROOT

POOLS = [f"{library}_NUM_THREADS" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB", "NUMEXPR")]
# A peer finds `benchmarks` and nothing else of this tree: `autograd` is HIPS's name too.
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import benchmarks; del sys.path[0]; "
    "from benchmarks.worker import serve; serve(*sys.argv[2:])"
)
PATIENCE = 300  # seconds for one answer: torch.compile takes up to one hundred, and a peer may hang


def environment(threads: int = 1) -> dict[str, str]:
    """The variables for a measured process: this tree first on the path, and every library's pool of that size."""
    return {**os.environ, **dict.fromkeys(POOLS, str(threads)), "PYTHONPATH": str(ROOT)}


class WorkerError(RuntimeError):
    """An engine's process ended before its answer."""

    def __init__(self, engine: str, what: str) -> None:
        super().__init__(f"{engine}: {what}")
        self.engine = engine


class Worker:
    """A running engine; a context manager that ends it. `first` is for its first losses."""

    def __init__(self, engine: str, workload: str, *, threads: int = 1) -> None:
        self.engine, self.first = engine, list[float]()
        described, variables = describe(engine), environment(threads)
        if described.peer:
            del variables["PYTHONPATH"]
        self._told = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  # closed in exit
        self._process = subprocess.Popen(
            [str(described.python), "-P", "-c", START, str(ROOT), engine, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._told, text=True, cwd=ROOT, env=variables,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._process.communicate(timeout=10)  # closes its input, which ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._told.close()

    def ask(self, command: str, steps: int) -> Any:
        """Send one command and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it ended already: the missing answer tells
            self._process.stdin.write(f"{command} {steps}\n")
            self._process.stdin.flush()
        clock = threading.Timer(PATIENCE, self._process.kill)
        clock.start()
        answer = self._process.stdout.readline()
        clock.cancel()
        if not answer:
            raise WorkerError(self.engine, f"its process ended with code {self._process.wait()}{self._last_words()}")
        return json.loads(answer)

    def _last_words(self) -> str:
        self._told.seek(0)
        lines = [line.strip() for line in self._told if line.strip()]
        return f": {lines[-1][:200]}" if lines else ", and said nothing"

    def losses(self, steps: int) -> list[float]:
        """Take steps; give the loss of each."""
        return [float(loss) for loss in self.ask("losses", steps)]

    def time(self, steps: int) -> float:
        """Take steps; give the seconds that all of them took."""
        return float(self.ask("time", steps))

    def memory(self, steps: int) -> int | None:
        """Take steps; give the bytes in use at most, or None where the system does not say."""
        answer = self.ask("memory", steps)
        return None if answer is None else int(answer)

    def traced(self, steps: int) -> int:
        """Take steps; give the bytes that Python and NumPy had asked for at most."""
        return int(self.ask("traced", steps))


class Served:
    """An engine and a workload, which are put together when the first command comes."""

    def __init__(self, build: Callable[[Any], Callable[[], float]], workload: Any) -> None:
        self.build, self.workload, self.before = build, workload, resident("VmRSS")

    @cached_property
    def step(self) -> Callable[[], float]:
        """The function that does one step."""
        return self.build(self.workload)

    def losses(self, steps: int) -> list[float]:
        """The loss of each of so many steps."""
        return [self.step() for _ in range(steps)]

    def time(self, steps: int) -> float:
        """Seconds for so many steps."""
        return sampler(self.step)(steps)

    def memory(self, steps: int) -> int | None:
        """The highest point of the resident memory above what was there before the engine was put together."""
        gc.collect()
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the highest point counts from here
        self.losses(steps)
        highest = resident("VmHWM")
        return None if highest is None or self.before is None else highest - self.before

    def traced(self, steps: int) -> int:
        """The highest point of what was asked for since before the engine was put together."""
        gc.collect()
        tracemalloc.start()
        self.losses(steps)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest


def resident(name: str) -> int | None:
    """A line of Linux's account of this process, in bytes; None elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("utf-8").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def serve(engine: str, workload: str, threads: str) -> None:
    """Answer commands until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints does not get among the answers
    if hasattr(os, "sched_setaffinity"):  # not every engine can be told how many threads it may have; the system can
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-int(threads) :])
    build = importlib.import_module(f".engines.{engine}", __package__).build
    from .workloads import find

    served = Served(build, find(workload))
    for line in sys.stdin:
        command, count = line.split()
        print(json.dumps(getattr(served, command)(int(count))), file=answers, flush=True)
