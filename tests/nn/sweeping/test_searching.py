"""Sweeps: what is tried, with which seeds, what fails, and how an interrupted one goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nn
from nn.errors import ConfigError, StateError
from tests.nn.sweeping import trainings

ROOT = Path(__file__).resolve().parents[3]


class Inline(Executor):
    """Runs what it is given at once, in this process: the tests of everything but processes."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # as executors do
            future.set_exception(error)
        return future


@pytest.fixture
def inline() -> Iterator[Inline]:
    with Inline() as executor:
        yield executor


def test_a_grid_is_run_whole_and_sorted(inline: Inline) -> None:
    found = nn.sweep(trainings.parabola, {"x": [0, 1, 3], "y": [0.5, 0.0]}, metric="value", executor=inline)
    assert [(row.settings["x"], row.settings["y"], row.metrics["value"]) for row in found] == [
        (1, 0.0, 0.0), (1, 0.5, 0.5), (0, 0.0, 1.0), (0, 0.5, 1.5), (3, 0.0, 4.0), (3, 0.5, 4.5)
    ]  # fmt: skip
    assert found.best.settings == {"x": 1, "y": 0.0}
    assert [row.number for row in found] == [3, 2, 1, 0, 5, 4]
    assert found.sorted_by("value", mode="max").best.settings == {"x": 3, "y": 0.5}


def test_seeds_are_in_the_rows_and_reproduce_them(inline: Inline) -> None:
    found = nn.sweep(trainings.noise, {"width": [2, 3]}, repeats=2, seed=5, executor=inline)
    assert [(row.settings["width"], row.seed) for row in found] == [(2, 5), (2, 6), (3, 5), (3, 6)]
    for row in found:
        nn.manual_seed(row.seed)
        assert trainings.noise(**row.settings, seed=row.seed) == row.metrics
    assert found[0].metrics["given"] == found[2].metrics["given"] != found[1].metrics["given"]


def test_what_is_drawn_follows_from_the_seed(inline: Inline) -> None:
    space = {"x": nn.sweeping.loguniform(1e-3, 1.0), "y": [1, 2, 3]}

    def drawn(runs: int, seed: int) -> list[dict[str, Any]]:
        return [row.settings for row in nn.sweep(trainings.parabola, space, runs=runs, seed=seed, executor=inline)]

    assert drawn(10, 0)[:4] == drawn(4, 0)
    assert drawn(4, 0) != drawn(4, 1)
    assert all(1e-3 <= each["x"] <= 1.0 and each["y"] in (1, 2, 3) for each in drawn(30, 0))


def test_from_a_grid_nothing_is_drawn_twice(inline: Inline) -> None:
    space = {"x": list(range(6))}
    few = [row.settings["x"] for row in nn.sweep(trainings.parabola, space, runs=4, executor=inline)]
    assert len(set(few)) == 4
    assert few != sorted(few)
    assert len(nn.sweep(trainings.parabola, space, runs=100, executor=inline)) == 6


def test_several_spaces_are_searched_one_after_another(inline: Inline) -> None:
    found = nn.sweep(trainings.parabola, [{"x": [1, 2]}, {"x": [2], "y": [0, 5]}], executor=inline)
    assert [row.settings for row in found] == [{"x": 1}, {"x": 2}, {"x": 2, "y": 0}, {"x": 2, "y": 5}]
    assert [line.split()[:2] for line in str(found).splitlines()[:2]] == [["run", "x"], ["0", "1"]]


def test_a_failed_run_is_a_row(inline: Inline) -> None:
    found = nn.sweep(trainings.unlucky, {"x": [1, 13, 2]}, metric="squared", mode="max", executor=inline)
    assert [row.settings["x"] for row in found] == [2, 1, 13]
    (failed,) = found.failed
    assert failed.error == "ValueError: thirteen"
    assert failed.metrics == {}
    assert 'raise ValueError("thirteen")' in failed.traceback
    assert str(found).splitlines()[-1].endswith("ValueError: thirteen")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("done", "got value='done'; expected a number, or numbers by name, from each run"),
        (None, "got value=None; expected a number"),
        ({"loss": [1, 2]}, "got loss=[1, 2]; expected a number"),
        ({"x": 1.0}, "got a metric 'x'; expected a name that no setting or column has"),
        ({"seconds": 1.0}, "got a metric 'seconds'"),
    ],
)
def test_a_run_that_gives_no_number_is_a_failed_row(given: Any, said: str, inline: Inline) -> None:
    (row,) = nn.sweep(lambda x: given, {"x": [1]}, executor=inline)
    assert said in row.error


def test_each_run_has_one_thread(inline: Inline) -> None:
    with nn.num_threads(2):
        (row,) = nn.sweep(trainings.unlucky, {"x": [1]}, executor=inline)
        assert nn.get_num_threads() == 2
    assert row.metrics["threads"] == 1


def test_rows_are_told_as_they_come(inline: Inline, capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[nn.sweeping.Row] = []
    nn.sweep(trainings.unlucky, {"x": [1, 13]}, executor=inline, callbacks=[heard.append], progress=True)
    assert [row.settings["x"] for row in heard] == [1, 13]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("   1/2  x=1 squared=1 threads=1  0.")
    assert lines[1] == "   2/2  x=13  ValueError: thirteen"


def test_only_what_is_new_is_run(inline: Inline, tmp_path: Path) -> None:
    """A file keeps what is done: a second sweep runs nothing, a larger one only what it adds."""
    file, folder = tmp_path / "sweep.jsonl", tmp_path / "calls"
    folder.mkdir()

    def swept(values: list[int], **options: Any) -> nn.sweeping.Results:
        space = {"x": values, "folder": [str(folder)]}
        return nn.sweep(trainings.counted, space, file=file, executor=inline, **options)

    first = swept([1, 2])
    assert [row.record() for row in swept([1, 2])] == first.records()
    assert len(list(folder.iterdir())) == 2
    grown = swept([0, 1, 2])
    assert [(row.number, row.settings["x"]) for row in grown] == [(0, 0), (1, 1), (2, 2)]
    assert len(list(folder.iterdir())) == 3
    swept([0, 1, 2], repeats=2)
    assert len(list(folder.iterdir())) == 6


def test_failed_runs_are_run_again_when_asked(inline: Inline, tmp_path: Path) -> None:
    file = tmp_path / "sweep.jsonl"
    for retry, lines in ((False, 2), (False, 2), (True, 3)):
        nn.sweep(trainings.unlucky, {"x": [13]}, file=file, retry_failed=retry, executor=inline)
        assert len(file.read_text("utf-8").splitlines()) == lines


def test_a_file_cut_anywhere_goes_on(inline: Inline, tmp_path: Path) -> None:
    """A crash may leave any beginning of the file: what is whole counts, the rest is run again."""
    file = tmp_path / "sweep.jsonl"
    space = {"x": [float("0.5"), 1.0, 2.0]}
    whole_rows = nn.sweep(trainings.parabola, space, file=file, executor=inline)
    content = file.read_bytes()
    for length in range(0, len(content), 7):
        file.write_bytes(content[:length])
        again = nn.sweep(trainings.parabola, space, file=file, executor=inline)
        assert [row.metrics for row in again] == [row.metrics for row in whole_rows]
        assert [json.loads(line)["number"] for line in file.read_text("utf-8").splitlines()[1:]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "got a file that begins with 'a,b'"),
        ("no end of line", "got a file that begins with 'no end of line'"),
        ('{"sweep": "other", "format": 1}\n', "got the file of a sweep over other; expected one over parabola"),
        ('{"sweep": "parabola", "format": 9}\n', "in format 9"),
        ('{"sweep": "parabola", "format": 1}\n{"number": 0}\n', "got line 2, which is no row"),
        ('{"sweep": "parabola", "format": 1}\nnonsense\n', "got line 2, which is no row"),
    ],
)
def test_a_foreign_file_is_left_alone(content: str, said: str, inline: Inline, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(content, "utf-8")
    with pytest.raises(StateError, match=r"nn\.sweep\(file=") as raised:
        nn.sweep(trainings.parabola, {"x": [1]}, file=file, executor=inline)
    assert said in str(raised.value)
    assert file.read_text("utf-8") == content


def test_a_file_that_cannot_be_written_is_named(inline: Inline, tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"Is a directory|No such file"):
        nn.sweep(trainings.parabola, {"x": [1]}, file=tmp_path, executor=inline)
    with pytest.raises(StateError, match="No such file"):
        nn.sweep(trainings.parabola, {"x": [1]}, file=tmp_path / "no" / "sweep.jsonl", executor=inline)


def test_numbers_that_json_lacks_come_back(inline: Inline, tmp_path: Path) -> None:
    file = tmp_path / "sweep.jsonl"
    for _ in range(2):
        found = nn.sweep(_odd, {"x": [0, 1]}, file=file, metric="value", executor=inline)
        assert str([row.metrics["value"] for row in found]) == "[inf, nan]"
    for line in file.read_text("utf-8").splitlines():
        json.loads(line, parse_constant=pytest.fail)


def _odd(x: int) -> float:
    return float("nan") if x == 0 else float("inf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"space": {}}, "got no settings"),
        ({"space": [{"x": [1]}, {}]}, "got no settings"),
        ({"space": {"x": []}}, "got x=[]; expected a list of values or a distribution"),
        ({"space": {"x": "abc"}}, "got x='abc'; expected a list"),
        ({"space": {"x y": [1]}}, "got the name 'x y'"),
        ({"space": {"x": [print]}}, "got a value of x of type builtin_function_or_method; expected a number, a word"),
        ({"space": {"x": nn.sweeping.uniform(0, 1)}}, "got a distribution without runs"),
        ({"space": {"seed": [1, 2]}}, "got a setting 'seed'; expected a name that no column has; pass repeats=3"),
        ({"space": {"error": [1, 2]}}, "got a setting 'error'"),
        ({"runs": 0}, "got runs=0"),
        ({"repeats": None}, "got repeats=None"),
        ({"workers": 1.5}, "got workers=1.5"),
        ({"seed": -1}, "got seed=-1"),
        ({"mode": "best"}, "got mode='best'"),
        ({"function": 3}, "got a function of type int"),
        ({"function": lambda x: x, "executor": None}, "which other processes cannot find"),
        ({"metric": "loss"}, "got metric='loss'; expected one of value"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], said: str, inline: Inline) -> None:
    usual = {"function": trainings.parabola, "space": {"x": [1]}, "executor": inline}
    with pytest.raises(ConfigError) as raised:
        nn.sweep(**{**usual, **arguments})
    assert said in str(raised.value)


def test_an_error_in_a_callback_takes_back_what_is_not_begun(tmp_path: Path) -> None:
    def fails(_: Any) -> None:
        raise RuntimeError("no more")

    space = {"x": [0, *range(2, 6)], "folder": [str(tmp_path)]}
    with ThreadPoolExecutor(1) as executor:
        blocker = executor.submit(time.sleep, 0.0)
        with pytest.raises(RuntimeError, match="no more"):
            nn.sweep(trainings.counted, space, executor=executor, callbacks=[fails])
        blocker.result()
    assert len(list(tmp_path.iterdir())) <= 5


@pytest.mark.slow
def test_processes_run_it_and_a_dead_one_is_a_row() -> None:
    found = nn.sweep(trainings.unlucky, {"x": [1, 666, 2, 13, 3, 4, 5]}, workers=2)
    errors = {row.settings["x"]: row.error for row in found}
    assert errors.pop(666) == "its process died: it was killed, ran out of memory, or crashed"
    assert errors.pop(13) == "ValueError: thirteen"
    assert set(errors.values()) == {""}
    assert {row.metrics["threads"] for row in found if row.ok} == {1}


SCRIPT = """
import sys
import nn
from tests.nn.sweeping.trainings import slow

if __name__ == "__main__":
    nn.sweep(slow, {"x": [0, 1, 2, 3, 4], "folder": [sys.argv[1]]}, workers=2, file=sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to a group of processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_sweep_goes_on(number: int, tmp_path: Path) -> None:
    """As Ctrl-C reaches it, and as a crash does: what was done is in the file, and is not done again."""
    script, calls, file = tmp_path / "script.py", tmp_path / "calls", tmp_path / "sweep.jsonl"
    script.write_text(SCRIPT, "utf-8")
    calls.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(calls), str(file)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while not file.exists() or file.read_text("utf-8").count("\n") < 3 or len(list(calls.iterdir())) < 6:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, number)
    assert process.wait() != 0
    kept = [json.loads(line)["settings"]["x"] for line in file.read_text("utf-8").splitlines()[1:]]
    assert sorted(kept) == [0, 1]
    with Inline() as inline:
        space = {"x": [0, 1], "folder": [str(calls)]}
        before = len(list(calls.iterdir()))
        assert len(nn.sweep(trainings.slow, space, file=file, executor=inline)) == 2
    assert len(list(calls.iterdir())) == before


def test_what_was_done_is_taken_before_the_executor_breaks(tmp_path: Path) -> None:
    """A run that is done counts, though one before it broke the executor at the same time."""

    class Breaking(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if args[2] == {"x": 0}:
                broken: Future[Any] = Future()
                broken.set_exception(BrokenExecutor("gone"))
                return broken
            return super().submit(fn, *args, **kwargs)

    file = tmp_path / "sweep.jsonl"
    with pytest.raises(BrokenExecutor, match="gone"):
        nn.sweep(trainings.parabola, {"x": [0, 1, 2]}, file=file, executor=Breaking())
    kept = [json.loads(line)["settings"]["x"] for line in file.read_text("utf-8").splitlines()[1:]]
    assert kept == [1, 2]


TYPED = """
import nn
def squared(x):
    return x * x

print([row.metrics["value"] for row in nn.sweep(squared, {"x": [2, 3]}, workers=1)])
"""


def ran(arguments: list[str], text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments], input=text, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.parametrize("arguments", [["-"], ["-c", TYPED]])
def test_what_is_typed_in_is_found(arguments: list[str], tmp_path: Path) -> None:
    done = ran(arguments, TYPED, tmp_path)
    assert done.stdout == "[4, 9]\n", done.stderr


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(TYPED, "utf-8")
    done = ran(["script.py"], "", tmp_path)
    assert done.returncode == 1
    assert 'write the call below `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_processes_end_with_the_sweep(tmp_path: Path) -> None:
    """Nobody waits for a run that takes long."""

    def fails(_: Any) -> None:
        raise RuntimeError("no more")

    others = set(multiprocessing.active_children())
    with pytest.raises(RuntimeError, match="no more"):
        nn.sweep(trainings.slow, {"x": [0, 5], "folder": [str(tmp_path)]}, workers=2, callbacks=[fails])
    assert set(multiprocessing.active_children()) <= others
    assert not (tmp_path / "5-done").exists()


@pytest.mark.slow
def test_a_dask_cluster_runs_it() -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        found = nn.sweep(trainings.noise, {"width": [2, 3]}, repeats=2, executor=client.get_executor())
    assert len(found) == 4
    assert not found.failed
    nn.manual_seed(1)
    (row,) = (row for row in found if row.seed == 1 and row.settings == {"width": 3})
    assert trainings.noise(3, seed=1) == row.metrics
