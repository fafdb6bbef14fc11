"""The loss over a plane through the parameters, with the ways that optimisers take from one start.

    loss_surface(net, data.train, loss)                                         two random directions
    loss_surface(net, data.train, loss, optimizers={"sgd": 0.5, "adam": 0.05})  the plane that holds the paths best
    loss_surface(net, data.train, loss, parameters=("0.weight[0, 0]", "0.weight[0, 1]"), optimizers=...)

Random directions are normalised filter by filter, so that the flatness of two networks can be compared (Li, Xu, Taylor,
Studer, Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913). Everything happens on a
copy of the network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError, message
from ..messages import marked, tr
from .descent import Landscape, place_of, walk
from .model import Path, Surface, sealed
from .subject import subject

Array = NDArray[Any]
SAMPLES = 256
GRID = 25
STEPS = 60

_READINGS = {
    "parameters": marked(
        "The ground is the loss at each value of the two numbers, dark where it is low; the ways start at S and each "
        "mark is a step: a good optimiser reaches the dark valley without crossing it to and fro."
    ),
    "pca": marked(
        "The ground is the loss over the plane that holds the ways best, dark where it is low; a way is the shadow of "
        "one in far more dimensions, so compare where the ways go and end, not the loss beneath them."
    ),
    "random": marked(
        "The ground is the loss when all weights move along two random directions, dark where it is low: a wide round "
        "basin is easy to train and forgiving, narrow or jagged ground is neither."
    ),
}


def loss_surface(
    net: Any,
    data: Any = None,
    loss: Any = None,
    *,
    optimizers: Sequence[str] | Mapping[str, Any] = (),
    parameters: tuple[str, str] | None = None,
    directions: str | None = None,
    steps: int = STEPS,
    span: float | None = None,
    grid: int = GRID,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Surface:
    """A slice of the loss, and the ways of optimisers on it. All of them see the same samples at every step.

    Args:
        net: a Module, or a Trainer, which brings the others.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        optimizers: names from `nn.catalog`, also "momentum" and "nesterov"; in a mapping each has its learning rate, or
            a function of the parameters that gives the optimiser.
        parameters: two single numbers, such as "0.weight[0, 1]"; then the others stay fixed, and the ways lie on the
            surface.
        directions: "random" or "pca"; without it "pca" if there are optimisers.
        steps: how far each optimiser goes.
        span: how far the plane reaches from its centre: 1 is the size of the weights along random directions; without
            it as far as the ways need.
        grid: values along each axis.
        samples: how many samples the loss is over.
        seed: for the random directions.

    Raises:
        UsageError: arguments that make no sense.

    Example:
        >>> import nn
        >>> net = nn.Linear(2, 2)
        >>> made = loss_surface(net, nn.data.moons(n=40, seed=0), nn.CrossEntropyLoss(), grid=5)
        >>> made.loss.shape, bool(made.loss[2, 2] <= made.loss.max())
        ((5, 5), True)
    """
    where = "loss_surface"
    _check(where, steps=steps, grid=grid, span=span)
    kind = _kind(where, directions, parameters, optimizers)
    found = subject(where, net, data, loss, samples=samples, targets=True)
    with np.errstate(all="ignore"):
        land = Landscape(where, found)
        places = None if parameters is None else [place_of(where, land, each) for each in parameters]
        ways = walk(where, land, optimizers, steps, places)
        plane = _plane(where, kind, land, places, ways, seed)
        paths = [plane.shadow(way.name, way.points, way.losses) for way in ways]
        a, b = _axes(kind, paths, plane, span, grid)
        ground = np.array([[land.loss(plane.at(x, y)) for x in a] for y in b])
    low, high = _ends(ground)
    names = ", ".join(path.name for path in paths)
    return Surface(
        marked("Loss surface with {steps} steps of {names}", steps=steps, names=names)
        if paths
        else marked("Loss surface"),
        marked(_READINGS[kind]),
        *plane.labels,
        sealed(a),
        sealed(b),
        sealed(ground),
        tuple(paths),
        centre=None if paths else plane.offset,
        log=low > 0 and high / low > 30,
        notes=_notes(kind, ground, plane, ways),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """Parameters as vectors: `origin` + a * `one` + b * `other`; `offset` is what the axes show at the origin."""

    origin: Array
    one: Array
    other: Array
    labels: tuple[str, str]
    offset: tuple[float, float] = (0.0, 0.0)
    held: float = math.nan  # the share of the ways' variance that the plane holds

    def at(self, a: float, b: float) -> Array:
        """The parameters at a place of the axes."""
        moved: Array = self.origin + (a - self.offset[0]) * self.one + (b - self.offset[1]) * self.other
        return moved

    def shadow(self, name: str, points: Array, losses: Sequence[float]) -> Path:
        """A way as the plane has it."""
        moved = points - self.origin
        a, b = (moved @ each / (each @ each) for each in (self.one, self.other))
        return Path(name, sealed(a + self.offset[0]), sealed(b + self.offset[1]), sealed(losses))


def _check(where: str, *, steps: int, grid: int, span: float | None) -> None:
    if steps < 1 or not 2 <= grid <= 400 or (span is not None and not 0 < span < math.inf):
        got, expected = f"steps={steps}, grid={grid}, span={span}", "steps from 1, a grid of 2 to 400, a span above 0"
        raise UsageError(message(where, got, expected, "leave them out"))


def _kind(where: str, directions: str | None, parameters: Any, optimizers: Any) -> str:
    if parameters is not None:
        if directions is not None:
            got = tr("directions={directions} and parameters", directions=repr(directions))
            raise UsageError(message(where, got, "one of the two", "leave one out"))
        if isinstance(parameters, str) or len(parameters) != 2 or parameters[0] == parameters[1]:
            got = f"parameters={parameters!r}"
            do = 'write parameters=("0.weight[0, 0]", "0.weight[0, 1]")'
            raise UsageError(message(where, got, "two different ones", do))
        return "parameters"
    kind = directions or ("pca" if optimizers else "random")
    if kind not in ("random", "pca"):
        raise UsageError(message(where, f"directions={kind!r}", '"random" or "pca"', "leave it out"))
    if kind == "pca" and not optimizers:
        do = 'pass optimizers=("sgd", "adam")'
        raise UsageError(message(where, 'directions="pca" and no optimizers', "ways to take them from", do))
    return kind


def _plane(
    where: str, kind: str, land: Landscape, places: Sequence[int] | None, ways: Sequence[Any], seed: int
) -> Plane:
    if places is not None:
        one, other = (np.eye(1, land.start.size, place)[0] for place in places)
        first, second = (land.spelled(place) for place in places)
        return Plane(land.start, one, other, (first, second), tuple(land.start[list(places)].tolist()))
    if kind == "random":
        rng = np.random.default_rng(seed)
        one, other = land.direction(rng), land.direction(rng)
        if not one.any() or not other.any():
            got = "weights that are all 0, whose size directions would take"
            raise UsageError(message(where, got, "a network with weights", "draw them first: nn.init.initialize_"))
        return Plane(land.start, one, other, (marked("first random direction"), marked("second random direction")))
    points = np.concatenate([way.points for way in ways])
    points = points[np.isfinite(points).all(axis=1)]
    middle = points.mean(axis=0)
    sizes, axes = _principal(points - middle)
    if len(sizes) < 2 or sizes[1] <= 1e-6 * max(sizes[0], 1e-300):
        got, do = "ways that do not span a plane", 'take more steps, or directions="random"'
        raise UsageError(message(where, got, "ways of two steps or more that bend", do))
    signs = [1.0 if axis[np.abs(axis).argmax()] > 0 else -1.0 for axis in axes[:2]]  # one of two: the same each time
    shares = sizes**2 / (sizes**2).sum()
    first, second = (f"{share:.0%}" for share in shares[:2])
    labels = (marked("first component ({share})", share=first), marked("second component ({share})", share=second))
    return Plane(middle, signs[0] * axes[0], signs[1] * axes[1], labels, held=float(shares[:2].sum()))


def _principal(moved: Array) -> tuple[Array, Array]:
    """The singular values of (steps, parameters), and the first two directions.

    From the steps' products with one another: those are few, where the parameters may be a million.
    """
    squares, turns = np.linalg.eigh((moved @ moved.T).astype(np.float64))
    sizes = np.sqrt(np.maximum(squares[::-1], 0.0))
    axes = turns[:, ::-1][:, :2].T @ moved
    return sizes, axes / np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-300)


def _axes(kind: str, paths: Sequence[Path], plane: Plane, span: float | None, grid: int) -> tuple[Array, Array]:
    """The values along both axes: round the origin, or as far as the ways need."""
    if span is not None or not paths:
        reach = 1.0 if span is None else span
        return tuple(np.linspace(middle - reach, middle + reach, grid) for middle in plane.offset)  # type: ignore[return-value]
    ends = []
    for values in (np.concatenate([path.a for path in paths]), np.concatenate([path.b for path in paths])):
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 1.0)
        ends.append(((low + high) / 2, (high - low) / 2))
    largest = max(half for _, half in ends) or 1.0
    # An axis along which hardly anything moves gets some room all the same.
    return tuple(np.linspace(m - max(h, 0.3 * largest) * 1.25, m + max(h, 0.3 * largest) * 1.25, grid) for m, h in ends)  # type: ignore[return-value]


def _ends(ground: Array) -> tuple[float, float]:
    finite = ground[np.isfinite(ground)]
    return (float(finite.min()), float(finite.max())) if finite.size else (math.nan, math.nan)


def _notes(kind: str, ground: Array, plane: Plane, ways: Sequence[Any]) -> tuple[str, ...]:
    notes = []
    if kind == "pca":
        notes.append(marked("The plane holds {share} of the ways' variance.", share=f"{plane.held:.0%}"))
    if ways:
        ends = ", ".join(f"{way.name} {way.losses[-1]:.3g}" for way in ways)
        notes.append(marked("Loss at the end: {losses}.", losses=ends))
    odd = int((~np.isfinite(ground)).sum())
    if odd:
        told = marked("At {odd} of {count} places, marked x, the loss is not finite.")
        notes.append(marked(told, odd=odd, count=ground.size))
    return tuple(notes)
