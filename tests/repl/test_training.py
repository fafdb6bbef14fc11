"""The trainer that the commands make: its batches, its threads; and one that was made by hand, which they keep."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from nn.threads import sizing
from repl import messages
from repl.completion import candidates
from tests.repl import words
from tests.repl.test_script import exported


@pytest.mark.parametrize(
    ("net", "train", "steps"),
    [
        ("net 8 bn tanh", "train 1 epochs", 7),  # 225 = 7 * 32 + 1
        ("net 8 bn tanh", "train 1 epochs batch=14", 16),  # 225 = 16 * 14 + 1
        ("net 8 bn tanh", "train 1 epochs batch=50", 5),
        ("net 8 tanh", "train 1 epochs", 8),
    ],
)
def test_batch_norm_is_not_given_a_last_batch_of_one_sample(shell: Any, net: str, train: str, steps: int) -> None:
    shell.run("data spiral", net, "optim sgd lr=0.1", train)
    trainer = shell.session.namespace["trainer"]
    assert trainer.step_count == steps
    shell.run("reset", train)
    assert shell.session.namespace["trainer"].step_count == steps


def test_a_trainer_made_by_hand_is_trained_on_and_not_replaced(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    shell.run(
        "trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data.train, validation=data.test, batch_size=16)"
    )
    made = shell["trainer"]
    shell.run("train 3 epochs")
    assert shell["trainer"] is made
    assert shell["loss"] is made.loss
    assert [event.validation is not None for event in made.epochs] == [True] * 3
    assert shell.echoes[-2:] == ["loss = trainer.loss", "trainer.run(epochs=3)"]
    shell.run("net 4 relu", "train 1")
    assert shell["trainer"] is not made


# -- threads

SUM = "sum(float(param.readonly.astype(float).sum()) for param in net.parameters())"
READY = ("data digits", "net 16 relu drop=0.1", "optim adam lr=0.01")


@pytest.fixture
def divides(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two threads were quicker for the network of these tests."""
    for name, value in (("DIVIDED", 1), ("SAMPLES", 1), ("cores", lambda: 2), ("limits", lambda: (1,))):
        monkeypatch.setattr(sizing, name, value)


def losses(shell: Any) -> list[float]:
    return [event.loss for event in shell["trainer"].history]


def weights(shell: Any) -> list[bytes]:
    return [param.readonly.tobytes() for param in shell["net"].parameters()]


def test_threads_are_chosen_and_shown(shell: Any) -> None:
    result = shell.run(*READY, "train 4 batch=64 threads=2")
    made = shell["trainer"]
    assert shell.echoes[-2].endswith("data.train, batch_size=64, seed=0, threads=2)")
    assert (made.threads, result.notes) == (2, ())
    assert "4 of batches of 64, each divided over 2 threads, loss" in dict(shell.run("show").report.rows)["steps"]
    shell.run("train 2", "step 2", "train 1 threads=2")
    assert shell["trainer"] is made
    shell.run("train 3 --threads 1")
    assert shell.echoes[-2].endswith("data.train, batch_size=64, seed=0)")
    assert (shell["trainer"].step_count, shell["trainer"].threads) == (3, 1)
    assert "threads" not in dict(shell.run("show").report.rows)["steps"]
    shell.run("undo", "undo")
    assert shell["trainer"] is made


def test_batch_seed_and_threads_stay_until_others_are_given(shell: Any) -> None:
    shell.run(*READY, "train 1 batch=64 seed=3 threads=2")
    for line, given in (
        ("train 1 batch=50", (50, 3, 2)),
        ("train 1 seed=0", (50, 0, 2)),
        ("reset", (50, 0, 2)),
        ("train 1 threads=auto", (50, 0, "auto")),
        ("reset", (50, 0, "auto")),
        ("train 1 threads=3 seed=7", (50, 7, 3)),
    ):
        shell.run(line)
        loader = shell["trainer"].loader
        assert (loader.batch_size, loader.seed, shell["trainer"].threads_asked) == given, line
    shell.run("net 8 bn tanh", "step")
    assert shell.echoes[-2].endswith("data.train, batch_size=50, seed=7, threads=3)")


def test_a_last_batch_of_one_sample_is_left_out_with_threads_too(shell: Any) -> None:
    shell.run("data spiral", "net 8 bn tanh", "optim sgd lr=0.1", "train 1 epochs threads=2")
    assert shell.echoes[-2].endswith("nn.data.DataLoader(data.train, 32, seed=0, drop_last=True), threads=2)")


def test_time_travel_with_threads_is_the_same_bit_for_bit(shell: Any) -> None:
    shell.run(*READY, "train 30 batch=64 threads=2")
    made, reached, there = shell["trainer"], losses(shell), weights(shell)
    shell.run("back 12", "step 12")
    assert (losses(shell), weights(shell)) == (reached, there)
    shell.run("goto 3", "goto 30")
    assert (losses(shell), weights(shell)) == (reached, there)
    shell.run("reset", "train 30")
    assert shell["trainer"] is not made
    assert (losses(shell), weights(shell), shell["trainer"].threads) == (reached, there, 2)


@pytest.mark.parametrize(("asked", "written"), [("2", "2"), ("auto", '"auto"')])
def test_a_script_has_the_number_and_the_same_bits(
    shell: Any, tmp_path: Path, divides: None, asked: str, written: str
) -> None:
    total = shell.run(*READY, f"train 50 batch=64 threads={asked}", "back 5", "step 2", SUM).report.text
    printed = exported(shell, tmp_path)
    assert shell.echoes[-4].endswith(f"batch_size=64, seed=0, threads={written})")
    assert printed.splitlines()[-2:] == [f"step 47: loss {losses(shell)[-1]}", total]
    assert "batch_size=64, seed=0, threads=2)" in (tmp_path / "session.py").read_text()


def test_auto_with_batch_norm_is_written_as_the_number_that_it_took(shell: Any, tmp_path: Path, divides: None) -> None:
    """Once its statistics are frozen, the batches are divided."""
    shell.run("data digits", "net 16 bn relu", "optim adam lr=0.01")
    assert "statistics from the whole batch" in shell.run("train 5 batch=64 threads=auto").notes[0]
    assert shell["trainer"].threads == 1
    total = shell.run("net[1].eval()", "train 50", SUM).report.text
    assert shell["trainer"].threads == 2
    assert exported(shell, tmp_path).splitlines()[-1] == total


@pytest.mark.parametrize("asked", ["2", "auto"])
def test_a_saved_run_goes_on_with_its_threads(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, divides: None, asked: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run(*READY, f"train 10 batch=64 seed=5 threads={asked}", "save run", "train 10")
    monkeypatch.setattr(sizing, "cores", lambda: 1)  # the next is on another machine
    typed = (*READY, "load run.npz")
    for lines in ((tmp_path / "run.repl").read_text().splitlines(), typed, (*READY, "train 1", *typed[-1:])):
        other = type(shell)()
        other.run(*lines, "train 10")
        assert (losses(other), weights(other)) == (losses(shell), weights(shell))
        assert other["trainer"].threads == 2


def test_a_run_is_loaded_into_a_trainer_that_decides_by_itself(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run(*READY, "train 4 threads=2", "save run", "train 1 threads=auto")
    made = shell["trainer"]
    shell.run("load run", "train 1")
    assert shell["trainer"] is made
    assert (made.threads, made.threads_asked, made.step_count) == (2, "auto", 5)


def test_a_trainer_made_by_hand_is_not_replaced_to_load_a_run(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run(*READY, "train 4 threads=2", "save run")
    shell.run("trainer = nn.Trainer(net, loss, optimizer, data.train, validation=data.test)")
    assert "a run with threads=2 where the trainer has threads=1" in shell.fail("load run")


def test_why_there_is_one_thread(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run(*READY)
    few = "One thread: two threads pay from 200,000,000 multiplications in a product; here are 32,768."
    assert shell.run("train 2 threads=auto").notes == (few,)
    assert shell.run("train 2").notes == ()
    assert shell.run("train until loss<9 batch=16").notes == (few.replace("32,768", "16,384"),)
    for name, value in (("DIVIDED", 1), ("SAMPLES", 1), ("cores", lambda: 2), ("limits", lambda: (1,))):
        monkeypatch.setattr(sizing, name, value)
    assert shell.run("reset", "train 2 batch=32").notes == ("Each batch is divided over 2 threads.",)
    shell.run("net 8 bn tanh")
    assert shell.run("step").notes == ("One thread: BatchNorm1d '1' takes its statistics from the whole batch.",)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("0", "train: got threads 0; expected 1 or more, or the word auto; say `help train` for examples."),
        ("two", "train: got threads 'two'; expected a whole number, or the word auto; say `help train` for examples."),
        ("atuo", "train: got threads 'atuo'; expected a whole number, or the word auto; did you mean auto?"),
        ("2.5", "train: got threads '2.5'; expected a whole number, or the word auto; say `help train` for examples."),
    ],
)
def test_a_number_of_threads_that_cannot_be(shell: Any, word: str, said: str) -> None:
    shell.run(*READY, "train 2 threads=2")
    made, before = shell["trainer"], weights(shell)
    assert shell.fail(f"train 5 threads={word}") == said
    assert shell["trainer"] is made
    assert weights(shell) == before


def test_threads_that_stay_are_too_many_for_small_batches(shell: Any) -> None:
    shell.run(*READY, "train 1 threads=2")
    assert shell.fail("train 1 batch=3") == (
        "train: got 2 threads for batches of 3; expected at most 1 for them; make the batches larger, as in `batch=4`, "
        "or say `threads=1`."
    )
    assert "got 17 threads for batches of 32; expected at most 16" in shell.fail("train 1 threads=17")
    shell.run("train 1 batch=4", "train 1 batch=1 threads=1", "train 1 batch=2 threads=AUTO")


def test_threads_are_offered(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(line: str) -> list[str]:
        return [each.text for each in candidates(shell.session, line)]

    assert offered("train 5 thr") == ["threads="]
    for count, numbers in ((1, ["1"]), (2, ["1", "2"]), (6, ["1", "2", "4"]), (8, ["1", "2", "4", "8"])):
        monkeypatch.setattr("nn.threads.cores", lambda count=count: count)
        assert sorted(offered("train 5 threads=")) == [*numbers, "auto"]
    assert offered("train 5 threads=a") == ["auto"]
    assert "[threads=N|auto]" in shell.run("help train").report.usage


@pytest.mark.parametrize("text", sorted(set(words.divisions())))
def test_why_there_is_one_thread_in_korean(text: str) -> None:
    messages.use("ko")
    said = re.sub(r"\{\w+\}", "7", text)
    assert messages.retold(said) == re.sub(r"\{\w+\}", "7", messages.catalog("ko")[text])
