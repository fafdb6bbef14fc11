"""An exported script runs without the shell, and its numbers are the session's, bit for bit."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from repl import Session, script
from repl.results import Echo

ROOT = Path(__file__).resolve().parent.parent.parent


def run(path: Path) -> str:
    """What the script prints, in a process that cannot import the terminal's library."""
    blocked = f"import sys; sys.modules['prompt_toolkit'] = None; sys.path.insert(0, {str(ROOT)!r}); import runpy"
    code = f"{blocked}; runpy.run_path({str(path)!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=path.parent
    ).stdout


def exported(shell: Any, tmp_path: Path) -> str:
    path = tmp_path / "session.py"
    shell.run(f"export '{path}' --force")
    return run(path)


def test_losses_are_the_same_bit_for_bit(shell: Any, tmp_path: Path) -> None:
    shell.run("data digits", "net 32 relu 16 tanh", "init kaiming", "loss cross_entropy")
    shell.run("optim sgd lr=0.1 momentum=0.9", "step 3", "trainer.optimizer.param_groups[0]['lr'] = 0.05")
    shell.run("train 2 epochs", "net[0].bias.assign_(net[0].bias.data * 0)", "show")
    shell.run("train 25 batch=16 seed=3", "flow", "summary", "graph")
    printed = exported(shell, tmp_path)
    trainer = shell["trainer"]
    losses = re.findall(r"step (\d+): loss (\S+)", printed)
    assert [step for step, _ in losses] == ["3", "89", "25"]
    assert losses[-1] == (str(trainer.step_count), str(trainer.history[-1].loss))
    metrics = trainer.evaluate(shell["data"].test)
    shell.run("show")
    assert repr(metrics) in exported(shell, tmp_path)


def test_steered_training_is_the_same_bit_for_bit(shell: Any, tmp_path: Path) -> None:
    shell.run(
        "data iris", "net 8 tanh", "optim adam lr=0.01", "watch net[0].weight.readonly.sum()", "train 50", "back 20"
    )
    shell.run("lr 0.05", "step 3", "freeze 0", "train 10", "unfreeze", "train 5", "goto 30", "step 2", "undo")
    shell.run("train until acc>0.9 most=200", "train 7", "undo", "step", "backward", "n 2", "c", "reset", "train 20")
    printed = exported(shell, tmp_path)
    trainer = shell["trainer"]
    losses = re.findall(r"step (\d+): loss (\S+)", printed)
    assert losses[-1] == (str(trainer.step_count), str(trainer.history[-1].loss))
    assert [step for step, _ in losses[:4]] == ["50", "33", "43", "48"]
    sums = re.findall(r"net\[0\].weight.readonly.sum\(\) = (\S+)", printed)
    assert len(sums) == len(losses)
    assert sums[-1] == str(shell["net"][0].weight.readonly.sum())


def test_the_users_python_is_in_it_and_what_was_shown_is_printed(shell: Any, tmp_path: Path) -> None:
    shell.run(
        "def double(x):\n    # twice\n    return 2 * x",
        "x = 3; double(x)  # a comment",
        "'한글'; double(4)",
        "print('printed')",
        "x = 5",
        "(x +\n 1)",
        "np.arange(3).sum()",
        "F.relu(np.array([-1.0]))",
    )
    assert exported(shell, tmp_path).split("\n") == ["6", "8", "printed", "6", "np.int64(3)", "array([0.])", ""]


def test_the_last_value_is_there_when_it_was_used(shell: Any, tmp_path: Path) -> None:
    shell.run("6 * 7", "print('nothing')", "_ + 1", "_")
    assert exported(shell, tmp_path).split("\n") == ["42", "nothing", "43", "43", ""]


def test_a_line_that_failed_fails_again_without_ending_the_script(shell: Any, tmp_path: Path) -> None:
    shell.session.run("x = 1; x / 0; x = 2")
    shell.session.run("s = '''a\n  b'''; s.nothing")
    shell.session.run("this is no python")
    shell.run("print(x, repr(s))")
    assert exported(shell, tmp_path) == "1 'a\\n  b'\n"


def test_a_mistyped_name_is_not_in_it_and_python_stands_apart_from_the_imports(shell: Any) -> None:
    for line in ("x = np.ones(2)", "q", "nothing_there", "x.nothing"):
        shell.session.run(line)
    text = script.written(shell.session.history, shell.session.preloaded)
    assert "import numpy as np\n\nx = np.ones(2)\n# AttributeError in the session\n" in text
    assert "NameError" not in text


def test_a_training_that_was_stopped_takes_as_many_steps(tmp_path: Path) -> None:
    def press(event: Any) -> None:
        if not isinstance(event, Echo) and event.done == 7 and event.total == 1000:
            signal.raise_signal(signal.SIGINT)

    session = Session(listen=press)
    for line in (
        "data iris",
        "net 8 tanh",
        "loss cross_entropy",
        "optim adam",
        "train 1000",
        "train 3",
        f"export {tmp_path}/s.py",
    ):
        assert session.run(line).ok
    printed = run(tmp_path / "s.py").split("\n")
    assert printed[0].startswith("step 7: loss ")
    assert printed[1] == f"step 10: loss {session.namespace['trainer'].history[-1].loss}"


def test_a_loop_that_was_interrupted_is_a_comment(shell: Any, tmp_path: Path) -> None:
    shell.session.run("import signal\nfor i in range(3):\n    signal.raise_signal(signal.SIGINT)")
    shell.run("1 + 1")
    assert exported(shell, tmp_path) == "2\n"
    assert "# for i in range(3):" in (tmp_path / "session.py").read_text()


def test_it_imports_what_it_uses_and_reads_as_the_session_did(shell: Any) -> None:
    shell.run("data iris  # flowers", "help", "x = np.ones(3)", "grad(lambda x: x * x)(2.0)")
    text = script.written(shell.session.history, shell.session.preloaded, environment={})
    assert text.startswith(
        f"{script.FIRST_LINE}\n\nimport numpy as np\nimport nn\nfrom autograd import grad\n\n# data iris  # flowers\n"
    )
    assert "help" not in text


def test_an_empty_session_is_an_empty_script(shell: Any, tmp_path: Path) -> None:
    assert exported(shell, tmp_path) == ""


def test_export_does_not_write_over_a_file_that_it_has_not_written(shell: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("print('mine')\n")
    assert "was not written by export" in shell.fail(f"export {path}")
    assert path.read_text() == "print('mine')\n"
    shell.run("x = 1", f"export {path} --force", f"export {path}")
    assert path.read_text().startswith(script.FIRST_LINE)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("x", "a name that ends in .py; try `export x.py`"),
        ("nowhere/x.py", "cannot be written (no such file or directory)"),
        (".", "a name that ends in .py"),
        ("folder.py", "cannot be written (it is a folder)"),
        ("é" * 300 + ".py", "cannot be written (file name too long)"),
    ],
)
def test_export_says_what_is_wrong_with_a_name(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.py").mkdir()
    assert message in shell.fail(f"export {file}")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.py"]


def test_what_is_watched_in_vain_does_not_end_the_script(shell: Any, tmp_path: Path) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01", "watch net[1].weight", "watch net[0].bias.max().item()")
    shell.run("train 3")
    printed = exported(shell, tmp_path)
    assert "net[0].bias.max().item() = " in printed
    assert "net[1].weight" not in printed


def test_a_goal_that_is_reached_from_the_start_has_no_loss_to_print(shell: Any, tmp_path: Path) -> None:
    shell.quick()
    shell.run("train until loss<0.5", "optim adam lr=0.001", "train until loss<0.5")
    assert shell["trainer"].history == []
    assert exported(shell, tmp_path).count("step ") == 1


def test_python_that_used_what_was_taken_back_is_a_comment(shell: Any, tmp_path: Path) -> None:
    shell.run("data iris", "net 8 tanh", "w = net[0].weight.shape", "x = 6", "f = lambda: net", "undo")
    shell.run("area = w[0] * w[1]", "x * 7", "net 5 relu", "len(net)", "w = 3", "w + x")
    printed = exported(shell, tmp_path)
    assert printed.split("\n")[:3] == ["42", "3", "9"]
    text = (tmp_path / "session.py").read_text("utf-8")
    assert "# The next used net, which was taken back:\n# w = net[0].weight.shape" in text
    assert "# The next used w, which was taken back:\n# area = w[0] * w[1]" in text


def test_blas_has_the_threads_that_it_had(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command `chainrule` gives it one; another number adds up in another order."""
    told = 'os.environ.setdefault("OPENBLAS_NUM_THREADS", "3")'
    path = tmp_path / "session.py"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    shell.run("import os", "print(os.environ.get('OPENBLAS_NUM_THREADS'))", f"export {path}")
    assert "setdefault" not in path.read_text()  # NumPy is not needed
    shell.run("np.arange(3).sum()")
    for count, there in (("3", True), ("", False), ("all; print(1)", False)):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", count)
        shell.run(f"export {path}")
        text = path.read_text()
        assert (told in text, "setdefault" in text) == (there, there)
        if there:
            assert text.index(told) < text.index("import numpy")
            monkeypatch.delenv("OPENBLAS_NUM_THREADS")
            assert run(path).split("\n")[0] == "3"
