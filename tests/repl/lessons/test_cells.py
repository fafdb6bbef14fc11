"""Lessons are taken apart as their authors mean them, and a slip in one is named."""

from __future__ import annotations

import pytest

from repl.errors import FileError
from repl.lessons import cells
from repl.lessons.cells import Picture, Question, Run, Script, Text, Typed

LESSON = """\
# Lesson 3. A neuron

Some text
in two lines.
<!-- a comment -->

<!-- a longer

comment -->

**Predict.** Which one?

- (a) this
- (b) that

<details><summary>Answer</summary>

(b). For a reason.

And another.

</details>

## A part

```chainrule
> for i in range(2):
.     print(i)
0
1
> x = 1
```

```python
print(2)
```

```text
2
```

![a curve](pictures/x.svg)

**Exercise 1.** How much?

<details><summary>Answer</summary>

0.25: a quarter.

</details>
"""


def parse(text: str) -> cells.Lesson:
    return cells.parse(text, number=3, language="en", where="03-x.md")


def test_a_lesson_is_taken_apart() -> None:
    lesson = parse(LESSON)
    assert lesson.title == "A neuron"
    predict, exercise = (cell for cell in lesson.cells if isinstance(cell, Question))
    assert lesson.cells == (
        Text("Some text\nin two lines."),
        predict,
        Text("## A part", 2),
        Run((Typed("for i in range(2):\n    print(i)", "0\n1\n"), Typed("x = 1", ""))),
        Script("print(2)", "2"),
        Picture("a curve", "pictures/x.svg"),
        exercise,
    )
    assert predict == Question(
        "predict", "Which one?", (("a", "this"), ("b", "that")), "b", 0.0, "For a reason.\n\nAnd another."
    )
    assert exercise == Question("exercise", "How much?", (), "0.25", pytest.approx(0.00501), "a quarter.")


@pytest.mark.parametrize(
    ("answer", "right"), [("b", True), ("(B)", True), (" b ", True), ("a", False), ("", False), ("ab", False)]
)
def test_a_choice_is_judged(answer: str, *, right: bool) -> None:
    question = next(cell for cell in parse(LESSON).cells if isinstance(cell, Question))
    assert question.accepts(answer) == right


@pytest.mark.parametrize(
    ("written", "given", "right"),
    [
        ("0.25", "0.2549", True),
        ("0.25", ".26", False),
        ("150.4 ± 0.5", "150", True),
        ("150.4 ± 0.5", "149", False),
        ("1,797", "1797", True),
        ("3", "3.2", True),
        ("3", "4", False),
        ("−2", "-2", True),
        ("1e-3", "0.001", True),
        ("1e-3", "0.003", False),
    ],
)
def test_a_number_is_judged(written: str, given: str, *, right: bool) -> None:
    text = f"# 1. T\n\n**Exercise.** How much?\n\n<details><summary>Answer</summary>\n\n{written}. So.\n\n</details>\n"
    (question,) = parse(text).cells
    assert isinstance(question, Question)
    assert question.accepts(given) == right


def test_korean_openers_are_known() -> None:
    text = LESSON.replace("**Predict.**", "**예측.**").replace("**Exercise 1.**", "**연습 1.**")
    assert [cell.kind for cell in parse(text).cells if isinstance(cell, Question)] == ["predict", "exercise"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("# Lesson 3. A neuron", "", "a title"),
        ("(b). For", "(c). For", "one of (a), (b) first"),
        ("(b). For", "For", "one of (a), (b) first"),
        ("0.25: a", "a", "a number first"),
        ("> for", "for", "a line after `> `"),
        ("```text\n2\n```", "```text\n2", "at its end"),
        ("\n0.25: a quarter.\n\n</details>", "", "</details> at its end"),
    ],
)
def test_a_slip_is_named(before: str, after: str, said: str) -> None:
    assert before in LESSON
    with pytest.raises(FileError, match=r"03-x\.md") as caught:
        parse(LESSON.replace(before, after, 1))
    assert said in str(caught.value)


def test_a_question_without_an_answer_is_named() -> None:
    with pytest.raises(FileError, match="<details> with its answer"):
        parse("# 1. T\n\n**Predict.** Which?\n\n- (a) this\n")
