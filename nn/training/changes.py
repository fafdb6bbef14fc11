"""What can be changed by hand between two steps: how it is noticed, noted, and put back.

A replay of old steps has to know that the learning rate was another one, that a layer was frozen, that a dropout rate
was raised. All that is small: its `settings` are a flat list, an edit of it a dict from places in the list to values.
Weights and statistics are compared by check sums.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor

from . import randomness

if TYPE_CHECKING:
    from .resuming import Run

Edit = dict[int, Any]  # values by place in the settings

_SIMPLE = (bool, int, float, complex, str, type(None))
_OF_RUN = ("clip_norm", "clip_value", "loss", "scheduler", "validation")
_OF_LOADER = ("batch_size", "seed", "shuffle", "drop_last", "samples", "arrays", "augment")
_SUMMED = 1 << 16  # bytes from which a sum over columns is quicker than a checksum over all
_COLUMNS = 1021  # a prime: what is exchanged within a weight matrix rarely stays in its column


class Watch:
    """Reads the settings of a run and writes them: options, flags, simple attributes, and which objects it uses.

    It is read once or twice in every step, so each object's attributes are got in one call.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        owners: list[Any] = list(run.net.modules())
        if hasattr(run, "loss") and hasattr(run.loss, "__dict__"):
            owners.append(run.loss)
        # two names at least, so that what is got is a tuple
        names = [tuple({"training": None, "__class__": None, **_simple(owner)}) for owner in owners]
        owners += [run, run.loader]
        names += [_OF_RUN, _OF_LOADER]
        self._owners = list(zip(owners, map(_getter, names), names, strict=True))
        self._parameters = [param for _, param in run._parameters]
        held = {id(param) for group in run.optimizer.param_groups for param in group["params"]}
        self.outside = [param for param in self._parameters if id(param) not in held]

    def settings(self) -> list[Any]:
        """How things are now: attributes, which parameters are trained, and the options of the optimiser's groups."""
        found: list[Any] = [get(owner) for owner, get, _ in self._owners]
        found.append(tuple([param.requires_grad for param in self._parameters]))
        found += [dict(group) for group in self._run.optimizer.param_groups]
        return found

    def apply(self, edit: Edit) -> None:
        """Write the settings that an edit has."""
        for place, value in edit.items():
            if place < len(self._owners):
                owner, get, names = self._owners[place]
                for name, old, new in zip(names, get(owner), value, strict=True):
                    if not equal(old, new):
                        setattr(owner, name, new)
            elif place == len(self._owners):
                for param, tracked in zip(self._parameters, value, strict=True):
                    if param.requires_grad != tracked:
                        param.requires_grad_(tracked)
            else:
                group = self._run.optimizer.param_groups[place - len(self._owners) - 1]
                group.clear()
                group.update(value)

    def sums(self) -> list[int]:
        """A check sum for each parameter and buffer."""
        arrays = [param._data for param in self._parameters]
        arrays += [each._data if isinstance(each, Tensor) else np.asarray(each) for each in self._run._buffers()]
        return [_checksum(array) for array in arrays]

    def members(self) -> list[int]:
        """How many parameters the optimiser holds, by group: they can only become more."""
        return [len(group["params"]) for group in self._run.optimizer.param_groups]

    def schedule(self) -> dict[str, Any]:
        """Where the schedule is: its numbers, and lists of numbers."""
        found = getattr(self._run.scheduler, "__dict__", {})
        lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
        return {"": self._run.scheduler} | _simple(self._run.scheduler) | lists if found else {}

    def random(self) -> dict[str, Any]:
        """The random state."""
        return randomness.states(self._run._generators())


class Place:
    """What a run looks like between two steps: enough to see what was changed since."""

    __slots__ = ("_schedule", "members", "random", "settings", "sums")

    def __init__(self, watch: Watch) -> None:
        self.settings, self.random = watch.settings(), watch.random()
        self.sums, self.members, self._schedule = watch.sums(), watch.members(), watch.schedule()

    def moved_since(self, before: Place) -> bool:
        """Whether weights, statistics or the schedule are others than before: more than an edit of settings."""
        return self.sums != before.sums or not equal(self._schedule, before._schedule)

    def edit_since(self, before: Place) -> Edit:
        """The settings that are others than before."""
        if _plainly_equal(before.settings, self.settings):
            return {}
        pairs = enumerate(zip(before.settings, self.settings, strict=True))
        return {place: new for place, (old, new) in pairs if not equal(old, new)}

    def drew_since(self, before: Place) -> bool:
        """Whether the random state is another than before."""
        return not (_plainly_equal(before.random, self.random) or randomness.same(before.random, self.random))


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    quick = attrgetter(*names)

    def get(owner: Any) -> tuple[Any, ...]:
        try:
            found: tuple[Any, ...] = quick(owner)
        except AttributeError:  # one was deleted by hand
            found = tuple([getattr(owner, name, None) for name in names])
        return found

    return get


def _simple(owner: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(owner).items() if _is_simple(value)}


def _is_simple(value: Any) -> bool:
    return isinstance(value, _SIMPLE) or (isinstance(value, tuple) and all(map(_is_simple, value)))


def equal(one: Any, other: Any) -> bool:
    """Whether two settings, or random states, are the same: one object, equal numbers or texts, or made of such.

    Larger objects, such as data, a loss or a schedule, are the same only if they are one.
    """
    if one is other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and isinstance(one, _SIMPLE) and bool(one == other)


def _plainly_equal(one: Any, other: Any) -> bool:
    """Whether Python finds two collections equal: the usual case, and ten times as quick as looking at each value."""
    try:
        return bool(one == other)
    except ValueError:  # there are arrays in them, which are others
        return False


def _checksum(array: NDArray[Any]) -> int:
    if array.nbytes <= _SUMMED or array.itemsize not in (1, 2, 4, 8):
        return zlib.crc32(array.tobytes())
    bits = np.ascontiguousarray(array).reshape(-1).view(f"u{array.itemsize}")
    whole = bits.size // _COLUMNS * _COLUMNS
    columns: NDArray[Any] = np.add.reduce(bits[:whole].reshape(-1, _COLUMNS), axis=0, dtype=bits.dtype)
    return zlib.crc32(bits[whole:].tobytes(), zlib.crc32(columns.tobytes()))
