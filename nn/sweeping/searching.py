"""`nn.sweep`: the runs of a search, given out to an executor and gathered as they end."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from autograd.errors import message

from ..defaults import default_generator
from ..errors import ConfigError, StateError
from .audience import tell
from .journal import Journal
from .results import Results, Row, check_mode, shown
from .running import Stopped, run
from .space import Settings, Space, key, settings_of

Job = tuple[int, Settings, int]  # number, settings, seed

DIED = "its process died: it was killed, ran out of memory, or crashed"

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def sweep(
    function: Callable[..., Any],
    space: Space | Sequence[Space],
    *,
    runs: int | None = None,
    repeats: int = 1,
    seed: int = 0,
    metric: str | None = None,
    mode: str = "min",
    file: str | PathLike[str] | None = None,
    retry_failed: bool = False,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: bool = False,
    callbacks: Sequence[Callable[[Row], Any]] = (),
) -> Results:
    """Call `function` with every combination of settings, or with some drawn at random, in several processes at once.

    Before each call nn's generator is started from the run's seed, and matrix products get one thread. A function that
    has an argument `seed` is given it too. A call that fails is a row with its error; the others go on.

    Args:
        function: called with the settings by name; gives a number, or numbers by name. Other processes have to find
            it: define it at the top of a module or a script, whose own calls stand below `if __name__ == "__main__":`.
        space: for each name a list of values, or for a random search a distribution of `nn.sweeping` or of
            scipy.stats; or several of these, which are searched one after another.
        runs: how many settings to draw at random; None for the whole grid.
        repeats: how often each of the settings is run: with `seed`, with the next number, and so on. All settings are
            run with the same seeds, so that luck meets them alike.
        seed: what is drawn follows from it too.
        metric: which of the numbers orders the rows.
        mode: "min" or "max": which end of it is good.
        file: where rows are kept as they come, as lines of JSON. A sweep that was interrupted goes on from it, and one
            over a larger space runs only what is new.
        retry_failed: run what failed in the file again.
        executor: any of concurrent.futures, such as `dask.distributed.Client().get_executor()`; None for processes
            of this machine, which are ended with the sweep.
        workers: how many processes; None for one a core, 0 for none: run after run in this process, which any function
            can, and a script without a guard.
        progress: print a line to stderr for each run.
        callbacks: called with each new row, in this process.

    Raises:
        ConfigError: arguments that make no sense, and a function that no other process could find.
        StateError: the file is another's, or cannot be written; or processes cannot begin.
        KeyboardInterrupt: Ctrl-C. What is running is given up, and the next sweep over the `file` begins with it.

    Source: Bergstra and Bengio 2012, "Random search for hyper-parameter optimization", JMLR 13.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> with ThreadPoolExecutor() as threads:
        ...     found = sweep(lambda x, y: (x - 1) ** 2 + y, {"x": [0, 1, 2], "y": [0.5, 0.25]}, metric="value",
        ...                   executor=threads)
        >>> [(row.settings, row.metrics["value"]) for row in found[:2]]
        [({'x': 1, 'y': 0.25}, 0.25), ({'x': 1, 'y': 0.5}, 0.5)]
    """
    check_mode(mode)
    _check_counts(runs=runs, repeats=repeats, workers=workers or None)
    _check_seed(seed)
    _check_callable(function)
    jobs = _jobs(settings_of(space, runs, seed), repeats, seed)
    if executor is None and workers != 0:
        _check_sendable(function)
    journal = None if file is None else Journal(file, getattr(function, "__qualname__", type(function).__name__))
    kept = {key(row.settings, row.seed): row for row in journal.rows if row.ok or not retry_failed} if journal else {}
    found = {job[0]: replace(kept[key(*job[1:])], number=job[0]) for job in jobs if key(*job[1:]) in kept}
    todo = [job for job in jobs if job[0] not in found]
    if executor is not None:
        rows = _given_out(executor, function, todo)
    else:
        rows = _here(function, todo) if workers == 0 else _in_processes(function, todo, workers)
    with closing(rows):  # an error below takes back what is not begun
        tell(None, len(found), len(jobs))
        for row in rows:
            if journal is not None:
                journal.add(row)
            found[row.number] = row
            tell(row, len(found), len(jobs))
            if progress:
                print(f"{len(found):4}/{len(jobs)}  {described(row)}", file=sys.stderr, flush=True)
            for callback in callbacks:
                callback(row)
    return Results([found[number] for number in sorted(found)], metric, mode)


def described(row: Row) -> str:
    """A row on a line."""
    numbers = {**row.settings, **row.metrics}
    text = " ".join(f"{name}={shown(value)}" for name, value in numbers.items())
    return f"{text}  {row.error or f'{row.seconds:.2f} s'}"


def _jobs(settings: list[Settings], repeats: int, seed: int) -> list[Job]:
    """Each of the settings with each seed, once; the same settings drawn twice are one run."""
    once = {key(each, s): (each, s) for each in settings for s in range(seed, seed + repeats)}
    return [(number, each, s) for number, (each, s) in enumerate(once.values())]


def _given_out(executor: Executor, function: Callable[..., Any], jobs: Sequence[Job]) -> Generator[Row, None, None]:
    """Rows as they come from somebody's executor, which goes on; what is not begun is taken back at an error."""
    futures: dict[Future[Row | None], Job] = {executor.submit(run, function, *job): job for job in jobs}
    pending = set(futures)
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda each: (_gave_up(each), futures[each][0])):
                yield _row(future, futures[future])
    finally:
        for future in pending:
            future.cancel()


def _here(function: Callable[..., Any], jobs: Sequence[Job]) -> Generator[Row, None, None]:
    """Rows of runs in this process; its random state stays as it is."""
    random = default_generator().bit_generator.state
    try:
        for job in jobs:
            row = run(function, *job)
            if row is None:
                Stopped.now = False  # the next sweep begins anew
                raise KeyboardInterrupt
            yield row
    finally:
        default_generator().bit_generator.state = random


def _gave_up(future: Future[Row | None]) -> bool:
    """Whether it ends the sweep: what came before that is taken first."""
    error = future.exception()
    return isinstance(error, BrokenExecutor) or (error is None and future.result() is None)


def _row(future: Future[Row | None], job: Job) -> Row:
    """What a run gave; an error that it did not answer itself is one of sending it there or back."""
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        raise error
    if error is not None:
        return Row(*job, error=f"{type(error).__name__}: {error}")
    row = future.result()
    if row is None:
        raise KeyboardInterrupt
    return row


def _in_processes(function: Callable[..., Any], jobs: Sequence[Job], workers: int | None) -> Generator[Row, None, None]:
    """Rows from processes of our own. When one of them dies, its run is found by running those under way alone."""
    count = workers or os.cpu_count() or 1
    todo, suspects = list(jobs), list[Job]()
    while todo or suspects:
        batch, size = ([suspects.pop(0)], 1) if suspects else (todo, min(count, len(todo)))
        left = {job[0]: job for job in batch}
        with _pool(function, size) as pool:
            _check_started(pool)
            try:
                for row in _given_out(pool, function, batch):
                    del left[row.number]
                    yield row
            except BrokenExecutor:
                unfinished = [left[number] for number in sorted(left)]
                if len(batch) == 1:
                    yield Row(*unfinished[0], error=DIED)
                else:  # a pool hands out one more run than it has processes
                    suspects, unfinished = unfinished[: 2 * size + 1], unfinished[2 * size + 1 :]
                    todo = unfinished
                    continue
        if batch is todo:
            todo = []


@contextmanager
def _pool(function: Callable[..., Any], workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes whose matrix products have one thread from the start, threadpoolctl or not; at an error they end."""
    before, others = {name: os.environ.get(name) for name in _THREADS}, set(multiprocessing.active_children())
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    pool = ProcessPoolExecutor(workers, mp_context=_context(function))
    try:
        yield pool
    except BaseException:  # Ctrl-C, or a callback that failed: nobody waits for what is running
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _check_started(pool: ProcessPoolExecutor) -> None:
    """Notice, before any run is blamed, that processes cannot even begin."""
    try:
        pool.submit(int).result()
    except BrokenExecutor:
        do = 'write the call below `if __name__ == "__main__":`, as each process imports the script; or pass workers=0'
        got = "processes that ended before their first run, with what they said above"
        raise StateError(message("nn.sweep", got, "a script that can be imported", do)) from None


def _context(function: Callable[..., Any]) -> Any:
    """Fresh processes, as BLAS's threads do not survive a fork. Only what was typed in has to be inherited by one."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    typed = function.__module__ == "__main__" and not (file and Path(file).exists())
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if typed and can_fork else "spawn")


def _check_sendable(function: Callable[..., Any]) -> None:
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        got = f"{getattr(function, '__qualname__', function)!s}, which other processes cannot find ({error})"
        do = "define it at the top of a module, or pass workers=0"
        raise ConfigError(message("nn.sweep", got, "a function of a module", do)) from None


def _check_callable(function: Any) -> None:
    if not callable(function):
        got = f"a function of type {type(function).__name__}"
        raise ConfigError(message("nn.sweep", got, "something to call", "pass the function first, then the space"))


def _check_counts(**counts: Any) -> None:
    for name, value in counts.items():
        if value is None and name != "repeats":
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            got = f"{name}={value!r}"
            raise ConfigError(message("nn.sweep", got, "a whole number of at least 1", f"pass {name}=2"))


def _check_seed(seed: Any) -> None:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ConfigError(message("nn.sweep", f"seed={seed!r}", "a whole number of at least 0", "pass seed=0"))
