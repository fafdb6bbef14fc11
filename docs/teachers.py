"""Write the teacher's kit, a page in each language, from the lessons' own sections: `python docs/teachers.py`.

For each lesson: its pictures, ready for a slide, the command that makes them, and three questions with answers. What a
lesson says in its section "For the teacher" is the one source; a test holds that the pages are up to date.

    python docs/teachers.py              the pages
    python docs/teachers.py --draw       and the pictures that a command makes and tutorials/pictures lacks
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PICTURES = ROOT / "tutorials" / "pictures"
sys.path.insert(0, str(ROOT))  # the tree's own packages, wherever this is started

from repl.lessons import library  # noqa: E402


@dataclass(frozen=True)
class Wording:
    """What the page says in a language: its file, the heading that it looks for in lessons, and its own words."""

    page: str
    heading: str
    title: str
    lead: str
    lesson: str
    command: str
    questions: str


WORDINGS = {
    "en": Wording(
        "teachers.md",
        "## For the teacher",
        "# For teachers",
        "For each lesson a picture for your slides, the command that makes it, and three questions with answers. The "
        "pictures are SVG: put them on a slide as they are. Paste a command into a terminal with chainrule installed; "
        "it writes the pictures into the folder that you are in. Add `theme=dark` to `graph` for dark slides. There "
        "is the same page in [Korean](teachers.ko.md).\n\n"
        "To show in a lecture: the [initialisation lab](../tutorials/lab.html), where the class predicts and you "
        "play; the [gallery](gallery.md) of pictures; the [interactive pages](pages.md), which play a backward pass.",
        "Lesson {number}. {title}",
        "The command:",
        "Three questions:",
    ),
    "ko": Wording(
        "teachers.ko.md",
        "## 가르치는 이에게",
        "# 가르치는 이에게",
        "과마다 슬라이드에 넣을 그림, 그 그림을 만드는 명령, 답이 딸린 질문 셋이 있다. 그림은 SVG이므로 그대로 "
        "슬라이드에 넣으면 된다. chainrule을 설치한 터미널에 명령을 붙여 넣으면 지금 있는 폴더에 그림이 생긴다. "
        "어두운 슬라이드라면 `graph`에 `theme=dark`를 붙인다. [영어](teachers.md)로 된 같은 쪽이 있다.\n\n"
        "강의에서 보여 줄 것: 학생들이 예측하고 강의자가 재생하는 [초기화 실험실](../tutorials/lab.html#lang=ko), "
        "그림을 모은 [갤러리](gallery.md), 역전파를 재생하는 [대화형 쪽](pages.md).",
        "{number}과. {title}",
        "명령:",
        "질문 셋:",
    ),
}


@dataclass(frozen=True)
class Kit:
    """What a lesson has for the teacher: its command, the pictures that it writes, and (question, answer) pairs."""

    number: int
    title: str
    path: Path
    command: str
    questions: tuple[tuple[str, str], ...]

    def words_of(self, picture: str) -> str:
        """What the lesson says a picture shows; its title, if it does not show it."""
        said = re.search(rf"!\[([^\]]*)\]\(\.\./pictures/{re.escape(picture)}\)", self.path.read_text("utf-8"))
        return said[1] if said else self.title

    @property
    def pictures(self) -> tuple[str, ...]:
        """The names of the files that the command writes."""
        return tuple(dict.fromkeys(re.findall(r"[\w-]+\.svg", self.command)))


def kits(language: str) -> Iterator[Kit]:
    """The kits of all lessons that are written in a language.

    Raises:
        ValueError: a lesson has no such section, no command in it, or a question without an answer.
    """
    for entry in library.listed(language):
        if entry.path.parent.name == language:
            yield kit(entry, WORDINGS[language].heading)


def kit(entry: library.Entry, heading: str) -> Kit:
    """What stands in a lesson below the heading."""
    _, found, rest = entry.path.read_text("utf-8").partition(f"\n{heading}\n")
    section = rest.partition("\n## ")[0]
    command = re.search(r"```sh\n(.*?)\n```", section, re.DOTALL)
    if not found or command is None:
        raise ValueError(f"{entry.path.name}: got no {heading!r} with a block of sh; expected both; write them.")
    items = re.findall(r"^\d\. (.*?)(?=^\d\. |\Z)", section[command.end() :], re.MULTILINE | re.DOTALL)
    pairs = [re.fullmatch(r"(.*?)\s+\*(.*?)\*", item.strip(), re.DOTALL) for item in items]
    if len(pairs) < 3 or not all(pairs):
        raise ValueError(f"{entry.path.name}: got {len(pairs)} questions; expected 3, each with its answer *so*.")
    questions = tuple((_line(pair[1]), _line(pair[2])) for pair in pairs if pair)
    return Kit(entry.number, entry.title, entry.path, command[1], questions)


def _line(text: str) -> str:
    return " ".join(text.split())


def page(language: str) -> str:
    """The teacher's page, as it has to be."""
    words = WORDINGS[language]
    parts = [words.title, words.lead]
    for each in kits(language):
        title = words.lesson.format(number=each.number, title=each.title)
        parts.append(f"## [{title}]({_link(each.path)})")
        parts += [f"![{each.words_of(name)}]({_link(PICTURES / name)})" for name in each.pictures]
        parts += [words.command, f"```sh\n{each.command}\n```", words.questions]
        parts.append("\n".join(f"{i}. {asked} *{answer}*" for i, (asked, answer) in enumerate(each.questions, 1)))
    return "\n\n".join(parts) + "\n"


def _link(path: Path) -> str:
    return Path(os.path.relpath(path, DOCS)).as_posix()


def run(command: str, folder: Path) -> None:
    """Run a lesson's command there, with the chainrule of this tree.

    Raises:
        CalledProcessError: it failed.
    """
    python = f'"{sys.executable}" -m repl'
    line = re.sub(r"^chainrule\b", python.replace("\\", r"\\"), command, flags=re.MULTILINE)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    subprocess.run(line, shell=True, check=True, cwd=folder, env=environment, capture_output=True, text=True)


def draw() -> list[Path]:
    """Make the pictures that are not there yet."""
    made = []
    for each in kits("en"):
        missing = [name for name in each.pictures if not (PICTURES / name).exists()]
        if missing:
            with TemporaryDirectory() as folder:
                run(each.command, Path(folder))
                made += [Path(shutil.copy(Path(folder) / name, PICTURES / name)) for name in missing]
    return made


def main() -> None:
    """Write both pages."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draw", action="store_true", help="make the pictures that are missing, too")
    if parser.parse_args().draw:
        for path in draw():
            print(path)
    for language, words in WORDINGS.items():
        (DOCS / words.page).write_text(page(language), "utf-8")
        print(DOCS / words.page)


if __name__ == "__main__":
    main()
