"""nn against PyTorch itself: `make oracle`, or `python -m tests.nn.reference.oracle` where both can be imported.

1. The stored numbers are still PyTorch's.
2. The cases of the tests agree on other inputs and weights.
3. Cases at random agree: where PyTorch gives an answer, so do we, and the same one; where it refuses, so do we.
4. The programs that nn.export.to_torch writes give the same outputs and the same losses.
5. Classes and functions take the same arguments, in the same order and with the same defaults.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import warnings
from collections.abc import Iterable

import numpy as np

import nn
from tests.nn.reference import comparing, programs, signatures, with_torch
from tests.nn.reference.cases import Case
from tests.nn.reference.random_cases import random_cases

STORED = ("make_reference", "with_torch", "beginnings", "optimizers", "schedules", "clipping")
Answers = dict[str, np.ndarray]


def unlike(got: Answers, expected: Answers) -> list[str]:
    """What differs by more than 1e-6, or is on one side only."""
    if list(got) != list(expected):
        return [f"names {list(got)} for {list(expected)}"]
    return [
        what
        for what, value in expected.items()
        if got[what].shape != value.shape or not np.allclose(got[what], value, rtol=1e-6, atol=1e-9, equal_nan=True)
    ]


def difference(case: Case) -> str:
    """In what nn and PyTorch differ on a case; nothing if they agree, also in refusing it."""
    expected: Answers | None
    try:
        expected = with_torch.answers(case)
    except (RuntimeError, ValueError, TypeError, AssertionError) as error:
        expected, refusal = None, str(error)
    try:
        got = comparing.answers(case)
    except nn.errors.NNError as error:
        return "" if expected is None else f"nn refuses it: {error}"
    if expected is None:
        return f"PyTorch refuses it: {refusal.splitlines()[0]}"
    return ", ".join(unlike(got, expected))


def report(title: str, cases: Iterable[Case]) -> int:
    """Compare cases, print those that differ, and how many there were; give the number that differ."""
    counted = wrong = 0
    for case in cases:
        counted += 1
        found = difference(case)
        if found:
            wrong += 1
            print(f"  {case.name}: {found}")
    print(f"{title}: {counted} cases, {wrong} differ")
    return wrong


def main() -> int:
    """Run the five; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="how many cases at random")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    wrong = 0
    for name in STORED:
        command = [sys.executable, "-W", "ignore", "-m", f"tests.nn.reference.{name}", "--check"]
        done = subprocess.run(command, check=False)
        wrong += done.returncode != 0
        print(f"stored numbers of {name}: {'PyTorch gives others' if done.returncode else 'as PyTorch gives them'}")
    for draw in range(1, 4):
        cases = (dataclasses.replace(case, note=f" draw {draw}") for case in with_torch.CASES)
        wrong += report(f"the tests' cases, draw {draw}", cases)
    wrong += report("cases at random", random_cases(options.seed, options.count))
    wrong += programs.main()
    wrong += signatures.main()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
