"""Tells a command from Python, and cuts a text into lines that can be run one after the other.

    net 2 16 tanh 3     a command            net = f()     Python: an assignment
    train -5            a command            net (x)       Python: an opening bracket
    data +1             a command            data + 1      Python: an operator with space after it

    net[0]?  ??f          what an object is, and its source; `?` alone lists the commands
    !ls                   a command of the system, where the configuration allows it

`parse` knows nothing of what a command does; `units` reads scripts and pipes, `incomplete` tells the prompt to go on.
"""

from __future__ import annotations

import codeop
import re
import warnings
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A line that calls the command `name` with the words in `text`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Python:
    """A line, or a block of lines, of Python."""

    source: str


_FIRST_WORD = re.compile(r"\s*(?P<forced>%)?(?P<name>[A-Za-z_]\w*)(?P<rest>\s.*|)\Z", re.DOTALL)
_ASSIGNMENT = re.compile(r"(?:\*\*|//|<<|>>|[-+*/%@&|^:])?=(?!=)")
_OPERATOR = re.compile(r"(?:(?:\*\*|//|<<|>>|[<>=!]=|[-+*/%@&|^<>,:])|\b(?:in|is|and|or|not|if)\b)\s")
# A name, with attributes, indices and calls behind it, and one or two question marks on one side.
_SUBJECT = r"%?[^\W\d]\w*(?:\.\w+|\[[^\[\]]*\]|\([^()]*\))*"
_QUESTION = re.compile(rf"(?P<before>\?\??)?\s*(?P<subject>{_SUBJECT})?\s*(?(before)\??|(?P<after>\?\??))\Z")
_DEDENTED = re.compile(r"(?:else|elif|except|finally|case)\b")


def parse(
    line: str,
    commands: Container[str],
    *,
    bound: Container[str] = (),
    own: Container[str] = (),
) -> Command | Python | None:
    """Tell what `line` is; None when it is blank or only a comment.

    Args:
        line: what was typed, without or with its line end.
        commands: the names that are commands.
        bound: the commands' names that also name an object: alone on a line, they show it.
        own: the names that the user assigned: they are Python, and only `%name` reaches the command.

    Example:
        >>> parse("train 200", {"train"})
        Command(name='train', text='200')
        >>> parse("train = 200", {"train"})
        Python(source='train = 200')
    """
    if "\n" in line.strip():
        return Python(line)
    code = without_comment(line)
    if not code.strip():
        return None
    if (special := _special(code.strip())) is not None and special.name in commands:
        return special
    found = _FIRST_WORD.match(code)
    if found is None:
        return Python(line)
    name, rest = found["name"], found["rest"].strip()
    if found["forced"]:
        return Command(name, rest)
    if name not in commands or name in own or (not rest and name in bound) or _continues_python(rest):
        return Python(line)
    return Command(name, rest)


def _special(code: str) -> Command | None:
    """The command that `?`, `X?`, `X??` or `!LINE` stands for; Python has no line that begins or ends so."""
    if code.startswith("!"):
        return Command("system", code[1:].strip())
    question = _QUESTION.match(code) if code[0] == "?" or code[-1] == "?" else None
    if question is None:
        return None
    subject = question["subject"]
    if not subject:
        return Command("help", "")
    marks = question["before"] or question["after"]
    return Command("look", f"{subject} --source" if marks == "??" else subject)


def _continues_python(rest: str) -> bool:
    return rest[:1] in ("(", "[", "{") or bool(_ASSIGNMENT.match(rest) or _OPERATOR.match(rest))


def without_comment(line: str) -> str:
    """Drop a comment: a `#` at the start or after a space, outside quotes.

    Example:
        >>> without_comment("export a#b.py  # not the name")
        'export a#b.py  '
    """
    quote = ""
    for place, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and (place == 0 or line[place - 1].isspace()):
            return line[:place]
    return line


def compiles(source: str, mode: str) -> bool | None:
    """Whether `source` is Python: True, False, or None when more lines could still make it so."""
    with warnings.catch_warnings():
        # The same code is compiled again to be run: what there is to warn about is said then, once.
        warnings.simplefilter("ignore")
        try:
            return None if codeop.compile_command(source, "<input>", mode) is None else True
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
            return False


def incomplete(source: str, is_command: Callable[[str], bool]) -> bool:
    """Whether the prompt should ask for another line; a block of statements goes on until a blank line."""
    *_, last = units(source.split("\n"), is_command)
    if is_command(last):
        return False
    ended = "\n" in source and not source.rsplit("\n", 1)[1].strip()
    return compiles(last, "exec") is None or (not ended and compiles(last, "single") is None)


def units(lines: Iterable[str], is_command: Callable[[str], bool]) -> Iterator[str]:
    r"""Cut a script into what can be run one after the other: commands, and whole statements of Python.

    Lines are read no earlier than needed, and `is_command` is asked only when a unit begins: by then all that stands
    before it has run. Unlike at the prompt, blank lines may stand inside a block.

    Example:
        >>> list(units(["def f(x):", "", "    return x", "train 5"], lambda line: line.startswith("train")))
        ['def f(x):\n\n    return x', 'train 5']
    """
    ahead: deque[str] = deque()
    source = iter(lines)

    def next_line() -> str | None:
        return ahead.popleft() if ahead else next(source, None)

    while (line := next_line()) is not None:
        unit = line.rstrip("\r\n")
        if not is_command(unit):
            while (more := _next_of_unit(unit, next_line, ahead)) is not None:
                unit += "\n" + more
        yield unit


def _next_of_unit(unit: str, next_line: Callable[[], str | None], ahead: deque[str]) -> str | None:
    """The lines that still belong to `unit`, joined; None when it is over. What was read too far goes to `ahead`."""
    state = compiles(unit, "exec")
    if state is False or not without_comment(unit).strip():
        return None
    if state is None:
        line = next_line()
        return None if line is None else line.rstrip("\r\n")
    if compiles(unit, "single") is True:
        return None  # a simple statement: no line can follow in it
    taken: list[str] = []
    while (line := next_line()) is not None:
        taken.append(line.rstrip("\r\n"))
        if without_comment(line).strip():
            if line[0].isspace() or _DEDENTED.match(line):
                return "\n".join(taken)
            break
    ahead.extendleft(reversed(taken))
    return None
