from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import nn
from nn import catalog, init
from nn.errors import ConfigError

ENTRIES = [(section, entry) for section in catalog.SECTIONS.values() for entry in section.values()]
every_entry = pytest.mark.parametrize(("section", "entry"), ENTRIES, ids=[entry.name for _, entry in ENTRIES])


@every_entry
def test_each_entry_is_what_it_says(section: catalog.Section, entry: catalog.Entry) -> None:
    found = entry.load()
    assert section[entry.name] is entry
    assert inspect.getdoc(found)
    assert entry.summary
    assert len(entry.summary) <= 60
    parameters = inspect.signature(found).parameters
    for name, default in entry.defaults.items():
        assert parameters[name].default == default
    for word in (entry.name, entry.name.upper(), *entry.aliases):
        assert catalog.find(section, word) is entry


@pytest.mark.parametrize("section", catalog.SECTIONS.values(), ids=catalog.SECTIONS)
def test_no_word_has_two_meanings(section: catalog.Section) -> None:
    words = [word for entry in section.values() for word in (entry.name, *entry.aliases)]
    assert len(words) == len(set(words))


def test_nothing_is_left_out() -> None:
    def classes(module: object, base: type) -> set[type]:
        found = [getattr(module, name) for name in module.__all__]  # type: ignore[attr-defined]
        return {thing for thing in found if isinstance(thing, type) and issubclass(thing, base) and thing is not base}

    def loaded(*sections: catalog.Section) -> set[object]:
        return {entry.load() for section in sections for entry in section.values()}

    assert classes(nn.layers, nn.Module) == loaded(catalog.LAYERS, catalog.ACTIVATIONS)
    assert classes(nn.optim, nn.optim.Optimizer) == loaded(catalog.OPTIMIZERS)
    assert classes(nn, nn.losses.Loss) == loaded(catalog.LOSSES)
    assert set(init.SCHEMES) == set(catalog.INITS)
    assert all(init.SCHEMES[name] is entry.load() for name, entry in catalog.INITS.items())
    made = set()
    for name in nn.data.__all__:
        signature = inspect.signature(getattr(nn.data, name))
        needs = any(each.default is each.empty for each in signature.parameters.values())
        if signature.return_annotation == "Dataset" and not needs:  # others read a file
            made.add(name)
    assert made == set(catalog.DATASETS)
    schedules = classes(nn.optim.lr_scheduler, nn.optim.lr_scheduler.LRScheduler)
    of_others = {"LambdaLR", "MultiplicativeLR", "ChainedScheduler", "SequentialLR"}  # they take functions or schedules
    assert {each.__name__ for each in schedules - loaded(catalog.SCHEDULES)} == of_others


def test_unknown_words_get_the_nearest() -> None:
    assert catalog.find(catalog.LOSSES, "Cross-Entropy").name == "cross_entropy"
    with pytest.raises(ConfigError, match=r"'sigmiod'; expected one of relu, tanh, sigmoid, .*; did you mean 'sigmoi"):
        catalog.find(catalog.ACTIVATIONS, "sigmiod")
    with pytest.raises(ConfigError, match="did you mean 'kaiming_normal'"):
        catalog.find(catalog.INITS, "kaimin")
    with pytest.raises(ConfigError, match="choose one of them"):
        catalog.find(catalog.INITS, "zzz")


def test_importing_nn_reads_no_data_and_no_shell() -> None:
    program = (
        "import sys, nn; print([m for m in ('zipfile', 'prompt_toolkit', 'graphviz', 'repl') if m in sys.modules])"
    )
    root = Path(nn.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
