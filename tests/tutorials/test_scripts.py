"""The scripts of the tutorials reach what their first lines promise."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "tutorials"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tutorial_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", ["char_gru", "transformer"])
def test_a_paragraph_is_learned_by_heart(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    loss = script(name).main()
    assert loss < 0.1
    printed = capsys.readouterr().out
    assert "nats a letter" in printed


@pytest.mark.slow
def test_the_reader_recites(capsys: pytest.CaptureFixture[str]) -> None:
    module = script("char_gru")
    module.main()
    assert module.PARAGRAPH in capsys.readouterr().out


@pytest.mark.slow
def test_lenet_reads_the_digits_it_has_never_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert script("lenet").main() >= 0.985
    assert "Conv2d" in capsys.readouterr().out
