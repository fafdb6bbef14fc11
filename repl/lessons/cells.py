"""Takes a lesson apart: Markdown to cells.

A lesson is ordinary Markdown. Four things in it have a meaning beyond their looks:

    ```chainrule                a cell that the shell runs: lines after `> ` are typed, lines after `. ` go on with
    > explain tanh              the line above, and what stands below is what comes out
    dL/dx = g * (1 - y * y)
    ```

    ```python                   the same experiment for a file or a notebook: all of a lesson's blocks share their
    print(...)                  names, and a block of `text` right below shows what it prints
    ```

    **Predict.** Which one?     a question (`**Exercise.**` too), its choices, and below it, folded, the answer:
    - (a) this one              `(b)` for a choice, or a number, `0.25` or `0.25 ± 0.01`, where there are none;
    - (b) that one              then the reason

    ![the words](pictures/x.svg)

Everything else is text, one cell per paragraph, list or table, so that a reader meets one thought at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import FileError, message
from ..messages import marked, tr

Ask = Literal["predict", "exercise"]
OPENERS: dict[str, Ask] = {"Predict": "predict", "예측": "predict", "Exercise": "exercise", "연습": "exercise"}
"""The words that open a question, in the languages that lessons are written in."""

_ASK = re.compile(rf"\*\*({'|'.join(OPENERS)})(?: [\d.]+)?\.\*\*\s*")
_CHOICE = re.compile(r"- \((\w)\) ")
_NUMBER = r"[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ANSWER = re.compile(rf"(?:\((?P<choice>\w)\)|(?P<number>{_NUMBER})(?:\s*(?:±|\+/-)\s*(?P<within>{_NUMBER}))?)")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]+)\)")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, a list or a table as it was written; `heading` is its level, 0 for none."""

    source: str
    heading: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """One line (or block) that is typed at the prompt, and what comes out below it."""

    line: str
    output: str


@dataclass(frozen=True, slots=True)
class Run:
    """A cell that the shell runs."""

    typed: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The same in Python for a file, with what it prints ('' when it prints nothing, or nothing that matters)."""

    code: str
    output: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the lesson."""

    alt: str
    path: str


@dataclass(frozen=True, slots=True)
class Question:
    """A prediction or an exercise.

    Attributes:
        kind: predict or exercise.
        text: the question.
        choices: (letter, words) pairs; none where a number is asked for.
        answer: the letter, or the number as it was written.
        within: how far a number may be from the answer.
        because: the reason, shown with the verdict.
    """

    kind: Ask
    text: str
    choices: tuple[tuple[str, str], ...]
    answer: str
    within: float
    because: str

    def accepts(self, answer: str) -> bool:
        """Whether `answer` is the right letter, in brackets or not, or a number near enough.

        Raises:
            ValueError: it is no number, where a number is asked for.
        """
        answer = answer.strip()
        if self.choices:
            return answer.strip("()").lower() == self.answer
        return abs(_number(answer) - _number(self.answer)) <= self.within


Cell = Text | Run | Script | Picture | Question


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson: its number, its title without the number, its language, its cells."""

    number: int
    title: str
    language: str
    cells: tuple[Cell, ...]


def parse(text: str, *, number: int, language: str, where: str) -> Lesson:
    """Take the Markdown of a lesson apart; `where` names the file in errors.

    Raises:
        FileError: there is no title, a block that never ends, or a question without an answer.
    """
    blocks = list(_blocks(text.splitlines(), where))
    title = next((block[0][2:] for block in blocks if block[0].startswith("# ")), None)
    if title is None:
        raise FileError(message(where, "no line that begins with `# `", "a title", "add one"))
    cells = _with_outputs(_cells(blocks, where))
    return Lesson(number, re.sub(r"^(Lesson )?\d+(과)?\.\s*", "", title), language, cells)


def _blocks(lines: Sequence[str], where: str) -> Iterator[list[str]]:
    """Paragraphs, lists, fenced blocks and folded answers; comments of HTML are left out."""
    block: list[str] = []
    end = ""  # what closes the block that is open, where blank lines do not
    for line in lines:
        if end:
            block.append(line)
            if line.rstrip().endswith(end):
                if end != "-->":
                    yield block
                block, end = [], ""
            continue
        opener = next((mark for mark in ("```", "<details>", "<!--") if line.startswith(mark)), "")
        if block and (opener or not line.strip() or line.startswith("#")):
            yield block
            block = []
        if opener == "<!--" and line.rstrip().endswith("-->"):
            continue
        if opener:
            end = {"```": "```", "<details>": "</details>", "<!--": "-->"}[opener]
        if line.strip():
            block.append(line)
        if line.startswith("#"):
            yield block
            block = []
    if end:
        raise FileError(
            message(
                where,
                tr("a block that begins with {block}", block=repr(block[0])),
                tr("{end} at its end", end=end),
                "close it",
            )
        )
    if block:
        yield block


def _cells(blocks: Sequence[list[str]], where: str) -> Iterator[Cell]:
    waiting = iter(blocks)
    for block in waiting:
        first = block[0]
        if first.startswith("```chainrule"):
            yield _run(block[1:-1], where)
        elif first.startswith("```python"):
            yield Script("\n".join(block[1:-1]), "")
        elif opener := _ASK.match(first):
            yield _question(opener, block, waiting, where)
        elif picture := _PICTURE.fullmatch(first.strip()):
            yield Picture(picture["alt"], picture["path"])
        elif not first.startswith("# "):
            yield Text("\n".join(block), len(first) - len(first.lstrip("#")) if first.startswith("##") else 0)


def _with_outputs(cells: Iterator[Cell]) -> tuple[Cell, ...]:
    """The cells, with a block of `text` that follows a block of Python made a part of it."""
    found: list[Cell] = []
    for cell in cells:
        before = found[-1] if found else None
        if isinstance(cell, Text) and cell.source.startswith("```text\n") and isinstance(before, Script):
            found[-1] = Script(before.code, "\n".join(cell.source.split("\n")[1:-1]))
        else:
            found.append(cell)
    return tuple(found)


def _run(lines: Sequence[str], where: str) -> Run:
    typed: list[Typed] = []
    for line in lines:
        last = typed[-1] if typed else None
        if line.startswith("> "):
            typed.append(Typed(line[2:], ""))
        elif last is not None and line.startswith(". ") and not last.output:
            typed[-1] = Typed(f"{last.line}\n{line[2:]}", "")
        elif last is not None:
            typed[-1] = Typed(last.line, f"{last.output}{line}\n")
        else:
            raise FileError(
                message(where, tr("{line} first in a block to run", line=repr(line)), "a line after `> `", "add one")
            )
    return Run(tuple(typed))


def _question(opener: re.Match[str], block: list[str], waiting: Iterator[list[str]], where: str) -> Question:
    """The question with its choices, in this block or the next, and the folded answer after them."""
    lines = [block[0][opener.end() :], *block[1:]]
    following = next(waiting, None)
    while following is not None and not following[0].startswith("<details>"):
        lines += ["", *following]
        following = next(waiting, None)
    if following is None:
        raise FileError(
            message(
                where, tr("the question {lines}", lines=repr(lines[0])), "<details> with its answer below", "add it"
            )
        )
    choices = [(found[1], line[found.end() :]) for line in lines if (found := _CHOICE.match(line))]
    text = "\n".join(line for line in lines if not _CHOICE.match(line)).strip()
    body = "\n".join(line for line in following if not re.match(r"</?details>|<summary>", line)).strip()
    answer = _ANSWER.match(body)
    known = {letter for letter, _ in choices}
    if answer is None or bool(choices) != bool(answer["choice"]) or (choices and answer["choice"] not in known):
        one = tr("one of ({known}) first", known="), (".join(sorted(known)))
        expected = one if choices else marked("a number first")
        got = tr("the answer {body} to {lines}", body=repr(body[:40]), lines=repr(lines[0]))
        raise FileError(message(where, got, expected, "begin the answer with it"))
    because = body[answer.end() :].lstrip(".,:— ").strip()
    if choices:
        return Question(OPENERS[opener[1]], text, tuple(choices), answer["choice"], 0.0, because)
    within = _number(answer["within"]) if answer["within"] else _last_digit(answer["number"])
    return Question(OPENERS[opener[1]], text, (), answer["number"], within, because)


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _last_digit(written: str) -> float:
    """Half a unit of the last digit of a number as it was written, with a hair more for rounding.

    Example:
        >>> _last_digit("0.25"), _last_digit("3"), _last_digit("1.5e-3")
        (0.00501, 0.501, 5.01e-05)
    """
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(f"{0.501 * 10.0 ** (int(exponent or 0) - decimals):.4g}")
