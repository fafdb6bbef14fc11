"""Saving and loading: what goes in comes out, bit for bit; a file is whole or not there."""

from __future__ import annotations

import gc
import math
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from autograd import Tensor
from nn.checkpoint.files import write_whole
from nn.errors import ConfigError, StateError
from tests.nn.training.runs import everything, plain, rich

SUFFIXES = [".npz", ".safetensors", ""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def network(seed: int = 0) -> nn.Module:
    nn.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_network_there_and_back(folder: Path, suffix: str) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    net, other = network(), network(seed=1)
    net(np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32))
    nn.save(net, folder / f"weights{suffix}")
    state = nn.load(folder / f"weights{suffix}")
    assert plain(state) == plain({name: state[name] for name in state})
    assert {name: plain(array) for name, array in state.items()} == {
        name: plain(array) for name, array in net.state_dict().items()
    }
    other.load_state_dict(state)
    assert plain(other.state_dict()) == plain(net.state_dict())
    state["0.weight"][...] = 0  # the arrays are one's own


def test_numpy_reads_a_network_too(folder: Path) -> None:
    net = network()
    nn.save(net, folder / "weights.npz")
    with np.load(folder / "weights.npz") as archive:
        assert set(archive.files) == set(net.state_dict())
        np.testing.assert_array_equal(archive["0.weight"], net.state_dict()["0.weight"])
    np.savez(folder / "by_numpy.npz", **net.state_dict())
    np.savez_compressed(folder / "packed.npz", **net.state_dict())
    for name in ("by_numpy", "packed"):
        assert plain(nn.load(folder / f"{name}.npz")) == plain(net.state_dict())


def test_a_run_goes_on_from_a_file_bit_for_bit(folder: Path) -> None:
    whole = rich()
    whole.run(7)
    nn.save(whole, folder / "run.npz")
    whole.run(8)
    expected = everything(whole)
    resumed = rich(seed=4)
    resumed.load_state_dict(nn.load(folder / "run.npz"))
    resumed.run(8)
    assert everything(resumed) == expected
    assert resumed.history == whole.history


def test_an_optimiser_and_a_schedule(folder: Path) -> None:
    net = nn.Linear(2, 2)
    optimizer = nn.optim.Adam([{"params": [net.weight]}, {"params": [net.bias], "lr": 0.5}], betas=(0.5, 0.9))
    scheduler = nn.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    net.weight.grad = np.ones((2, 2), np.float32)
    optimizer.step()
    nn.save(optimizer, folder / "optimizer.npz")
    nn.save(scheduler, folder / "schedule.npz")
    state = nn.load(folder / "optimizer.npz")
    assert plain(state) == plain(optimizer.state_dict())
    assert state["param_groups"][0]["betas"] == (0.5, 0.9)
    assert list(state["state"]) == [0]
    assert nn.load(folder / "schedule.npz")["best"] == math.inf


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**200), 2**200),
    st.floats(allow_nan=False),
    st.text(),
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_, np.complex128]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    ),
)
keys = st.one_of(st.text(), st.integers(), st.booleans(), st.none())
states = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=4), st.lists(inside, max_size=3).map(tuple), st.dictionaries(keys, inside, max_size=4)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and plain(a) == plain(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        pairs = list(zip(a.items(), b.items(), strict=True)) if len(a) == len(b) else [((0, 0), (1, 1))]
        return all(same(k, l) and same(v, w) for (k, v), (l, w) in pairs)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


@given(state=st.one_of(st.dictionaries(keys, states, max_size=4), st.lists(states, max_size=4)))
def test_any_state_there_and_back(state: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.npz"
    nn.save(state, path)
    assert same(nn.load(path), state)


def test_numbers_of_numpys_tensors_and_what_is_not_finite(folder: Path) -> None:
    nn.save({"a": [np.float32(0.5), np.int64(3), np.bool_(True)], "b": Tensor([1.0]), "c": math.nan}, folder / "s.npz")
    state = nn.load(folder / "s.npz")
    assert state["a"] == [0.5, 3, True]
    assert state["b"].tolist() == [1.0]
    assert math.isnan(state["c"])


def test_orders_and_byte_orders(folder: Path) -> None:
    array = np.arange(6.0).reshape(2, 3)
    np.savez(folder / "odd.npz", f=np.asfortranarray(array), swapped=array.astype(">f8"), back=array[:, ::-1])
    state = nn.load(folder / "odd.npz")
    for key in ("f", "swapped"):
        np.testing.assert_array_equal(state[key], array)
        assert state[key].dtype == np.dtype(float)
        assert state[key].flags.writeable
    np.testing.assert_array_equal(state["back"], array[:, ::-1])


def test_the_same_state_gives_the_same_bytes(folder: Path) -> None:
    for name in ("a", "b"):
        nn.save(rich(), folder / name)
    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()


# what cannot be saved


@pytest.mark.parametrize(
    ("obj", "name", "says"),
    [
        (3, "x.npz", "got an int; expected something with a state_dict"),
        ({"a": {"b": [1, len]}}, "x.npz", "got a builtin_function_or_method at a/b/1; expected dicts, lists, arrays"),
        ({"a": np.array([None])}, "x.npz", "got an array of objects at a"),
        ({(1, 2): 3}, "x.npz", "got a key of type tuple at the top"),
        ({"a": np.zeros(2)}, "x.pt", r"got the suffix \.pt, which stands for pickled files; .* use \.npz"),
    ],
)
def test_what_no_file_can_hold_is_named(folder: Path, obj: Any, name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=rf"nn\.save.*{says}"):
        nn.save(obj, folder / name)
    assert list(folder.iterdir()) == []


def test_what_safetensors_cannot_hold_is_named(folder: Path) -> None:
    pytest.importorskip("safetensors")
    for obj, says in (
        (rich(), r"got an int at 'step'; expected arrays by name; save a network, or use \.npz"),
        ([1], "arrays by name"),
        ({"a": np.zeros(2, "U3")}, "arrays that it cannot hold"),
    ):
        with pytest.raises(ConfigError, match=says):
            nn.save(obj, folder / "x.safetensors")
    assert list(folder.iterdir()) == []


def test_without_the_package_the_cure_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "safetensors.numpy", None)
    with pytest.raises(
        ConfigError, match=r"no safetensors package; .* pip install 'chainrule\[interop\]', or use \.npz"
    ):
        nn.save(network(), folder / "x.safetensors")
    (folder / "y.safetensors").write_bytes(b"")
    with pytest.raises(ConfigError, match="no safetensors package"):
        nn.load(folder / "y.safetensors")


# writing


def test_a_file_is_replaced_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "weights.npz"
    nn.save(network(), path)
    before = path.read_bytes()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateError, match=r"nn\.save\(.*weights\.npz\): got No space left on device; .* is as it was"):
        nn.save(network(seed=1), path)
    assert path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["weights.npz"]


def test_an_interrupt_while_writing_leaves_the_old_file(folder: Path) -> None:
    path = folder / "weights.npz"
    nn.save(network(), path)
    before = path.read_bytes()

    def interrupted(stream: Any) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, interrupted)
    assert path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["weights.npz"]


def test_the_file_has_the_usual_permissions(folder: Path) -> None:
    nn.save(network(), folder / "a.npz")
    (folder / "b").write_bytes(b"")
    assert (folder / "a.npz").stat().st_mode == (folder / "b").stat().st_mode


def test_large_states_are_not_held_twice(folder: Path) -> None:
    array = np.zeros(4_000_000)
    import tracemalloc

    tracemalloc.start()
    try:
        nn.save({"a": array}, folder / "large.npz")
        assert tracemalloc.get_traced_memory()[1] < 0.7 * array.nbytes
        tracemalloc.reset_peak()
        loaded = nn.load(folder / "large.npz")
        assert tracemalloc.get_traced_memory()[1] < 1.5 * array.nbytes
    finally:
        tracemalloc.stop()
    assert loaded["a"].shape == array.shape
    gc.collect()


# weights of PyTorch's


def test_weights_that_pytorch_saved_and_back(folder: Path) -> None:
    """A network that PyTorch saved as .safetensors gives PyTorch's output here, and is written back byte for byte."""
    package = pytest.importorskip("safetensors.numpy")
    reference = Path(__file__).parents[1] / "reference"
    content = reference / "torch_network.safetensors"
    net = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4)
    )
    net.load_state_dict(nn.load(content))
    with np.load(reference / "torch_network.npz") as expected:
        net.eval()
        np.testing.assert_allclose(net(expected["x"]).data, expected["y"], rtol=1e-5, atol=1e-6)
    nn.save(net, folder / "ours.safetensors")
    ours, theirs = package.load_file(folder / "ours.safetensors"), package.load_file(content)
    assert plain(ours) == plain({name: theirs[name] for name in ours})
    assert set(ours) == set(theirs)


def test_a_link_stays_a_link_and_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    target, link = tmp_path / "weights.npz", tmp_path / "latest.npz"
    nn.save(nn.Linear(2, 1), target)
    target.chmod(0o600)
    link.symlink_to("weights.npz")
    nn.save(nn.Linear(3, 1), link)
    assert link.is_symlink()
    assert nn.load(target)["weight"].shape == (1, 3)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_names_that_are_none(tmp_path: Path) -> None:
    for do in (lambda path: nn.save(nn.Linear(2, 1), path), nn.load):
        with pytest.raises(StateError, match="got a name with a NUL in it"):
            do(tmp_path / "a\0b.npz")
    assert not list(tmp_path.iterdir())


def test_suffixes_in_capitals_are_the_same(tmp_path: Path) -> None:
    nn.save(nn.Linear(2, 1), tmp_path / "a.SafeTensors")
    assert (tmp_path / "a.SafeTensors").read_bytes()[8:9] == b"{"  # its header, and no zip's
    assert sorted(nn.load(tmp_path / "a.SafeTensors")) == ["bias", "weight"]
    with pytest.raises(ConfigError, match=r"the suffix \.PT, which stands for pickled files"):
        nn.save(nn.Linear(2, 1), tmp_path / "a.PT")


def test_a_state_that_holds_itself(tmp_path: Path) -> None:
    state: dict[str, Any] = {}
    state["again"] = [state]
    with pytest.raises(ConfigError, match=r"got a state that holds itself, .*; expected one that ends"):
        nn.save(state, tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())
