from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nn.data import Table, read_csv
from nn.errors import DataError


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def run(text: str | bytes, **options: Any) -> Table:
        file = tmp_path / "table.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_csv(file, **options)

    return run


def columns(table: Table) -> dict[str, Any]:
    return {name: column.tolist() for name, column in table.columns.items()}


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("a,b\n1,x\n2,y\n", {}, {"a": [1, 2], "b": ["x", "y"]}),
        ("a;b\n1,5;x\n2;y\n", {"decimal": ","}, {"a": [1.5, 2.0], "b": ["x", "y"]}),
        ("a\tb\n1\t2e3\n2\t-.5\n", {}, {"a": [1, 2], "b": [2000.0, -0.5]}),
        ("a|b\n1|2", {}, {"a": [1], "b": [2]}),
        ("1,2\n3,4\n", {}, {"x1": [1, 3], "x2": [2, 4]}),
        ("a,b\nc,d\n", {}, {"a": ["c"], "b": ["d"]}),
        ("a,b\nc,d\n", {"header": False}, {"x1": ["a", "c"], "x2": ["b", "d"]}),
        ("1,2\n3,4\n", {"header": True}, {"1": [3], "2": [4]}),
        ('"a, b",c\n"1",x\n', {}, {"a, b": [1], "c": ["x"]}),
        ("a\n1\n\n2\n", {}, {"a": [1, 2]}),
        ("a, b \n 1 , x y \n", {}, {"a": [1], "b": ["x y"]}),
        ("a,\n1,2\n", {}, {"a": [1], "x2": [2]}),
        ("id,v\n1,2\nB7,3\n", {"nominal": ["id"]}, {"id": ["1", "B7"], "v": [2, 3]}),
        ("a,b\n1,\n2,3\nNA,4\n?,5\n", {"drop_missing": True}, {"a": [2], "b": [3]}),
        ("a:b\n1:2\n", {"delimiter": ":"}, {"a": [1], "b": [2]}),
        ("n\n9223372036854775808\n", {}, {"n": [9223372036854775808.0]}),
        ("1_0,a\n2,b\n", {"header": True}, {"1_0": [2], "a": ["b"]}),
    ],
)
def test_what_a_file_holds(read: Any, text: str, options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert columns(read(text, **options)) == expected


def test_the_names_of_the_file_and_the_way_to_a_dataset(read: Any) -> None:
    table = read("size,kind\n1.5,cat\n2.5,dog\n3.5,cat\n")
    assert (table.name, Path(table.source).name) == ("table", "table.csv")
    data = table.dataset(target="kind")
    assert (data.y.tolist(), data.class_names, data.feature_names) == ([0, 1, 0], ("cat", "dog"), ("size",))


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("a\n1\nx\n3\n", {}, r"'x' at line 3, column 1 \('a'\), where others are numbers; .* nominal=\['a'\]"),
        ("a,a\n1,2\n", {}, "two columns called 'a'"),
        ("a,b\n1,2\n3\n", {}, "1 cell on line 3; expected 2, as on line 1"),
        ("a,b\n1,2\n3,4,5\n", {}, "3 cells on line 3"),
        ('a,b\n1,"2\n', {}, "on line 2; expected cells in matching quotes"),
        ("a,b\n1,2\n", {"nominal": ["c"]}, r"nominal=\['c'\]; expected names among a, b"),
        ("a,b\n1,2\n", {"delimiter": "::"}, "delimiter='::'; expected one character"),
        ("a\n1\n", {"encoding": "utf-99"}, "encoding='utf-99'"),
        ("a\nNA\n", {"drop_missing": True}, "a header and no rows"),
        ("  \n\n", {}, "an empty file"),
    ],
)
def test_what_is_wrong_is_named(read: Any, text: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=rf"read_csv\(.*table\.csv\): got .*{says}"):
        read(text, **options)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv\): got No such file or directory; expected a readable file"):
        read_csv(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="Is a directory"):
        read_csv(tmp_path)
