"""Record the initialisation lab and write its page, `tutorials/lab.html`: `python docs/make_lab.py`.

Every setting that the page offers is trained here, by the engine: the same network and the same 600 steps of gradient
descent, begun in 153 ways. The page plays what was recorded; it computes nothing and loads nothing.

    record(Setting("normal", 0.01, "tanh", 10))       one setting, as a test repeats it
    python docs/make_lab.py --page                    the page anew from its own records: after a change of the scripts
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import math
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the tree's own packages, wherever this is started

import nn  # noqa: E402
from nn.diagnosis.balance import EXPLODING, VANISHING  # noqa: E402
from nn.diagnosis.flow import FAR  # noqa: E402
from nn.diagnosis.probe import Op, Probe, look  # noqa: E402
from repl.figures.boundary import decision_boundary  # noqa: E402
from repl.figures.histograms import gradient_flow  # noqa: E402
from repl.views import palette  # noqa: E402
from repl.views.labels import MARKS  # noqa: E402
from repl.views.page import joined, sealed, style  # noqa: E402

PAGE = ROOT / "tutorials" / "lab.html"
SOURCES = Path(__file__).resolve().parent / "lab"
SCRIPTS = ("record.js", "charts.js", "words.js", "lab.js")

WIDTH, STEPS, RATE, MOMENTUM, BATCH = 32, 600, 0.02, 0.9, 32
# Close together at first, where most happens.
FRAMES = tuple(round(STEPS * (i / 30) ** 2) for i in range(31))
BINS, RESOLUTION, LEVELS = 41, 28, 8
SCALES = (0.01, 0.1, 0.3, 1.0, 3.0)
DEPTHS = (2, 5, 10)
ACTIVATIONS: Mapping[str, type[nn.Module]] = MappingProxyType({"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU})
RANGES = MappingProxyType({"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, 4.0)})
SCALED = ("normal", "uniform", "constant")  # what the reader gives a scale to
FIXED = MappingProxyType({"xavier": "xavier_normal", "he": "kaiming_normal"})  # what brings its own
Array = NDArray[Any]


@dataclass(frozen=True)
class Setting:
    """One way to begin: `scale` is the deviation of the weights, or the constant that they are; None with a scheme."""

    scheme: str
    scale: float | None
    activation: str
    depth: int

    @property
    def key(self) -> str:
        """The name that the page finds it by."""
        scale = "" if self.scale is None else f"{self.scale:g}"
        return f"{self.scheme}/{scale}/{self.activation}/{self.depth}"

    def initialize(self, net: nn.Sequential) -> None:
        """Fill the weights, and set the biases to 0."""
        if self.scale is None:
            nn.init.initialize_(net, FIXED[self.scheme], seed=0)
            return
        reach = self.scale * math.sqrt(3)  # a uniform distribution from -reach to reach has this deviation
        options = {"normal": {"std": self.scale}, "uniform": {"a": -reach, "b": reach}, "constant": {"val": self.scale}}
        nn.init.initialize_(net, self.scheme, seed=0, **options[self.scheme])


def settings() -> Iterator[Setting]:
    """All that the page offers."""
    begun = [(scheme, scale) for scheme in SCALED for scale in SCALES] + [(scheme, None) for scheme in FIXED]
    for (scheme, scale), activation, depth in itertools.product(begun, ACTIVATIONS, DEPTHS):
        yield Setting(scheme, scale, activation, depth)


def samples() -> nn.data.Dataset:
    """The spiral that every network learns."""
    return nn.data.spiral(n=300, noise=0.1, seed=0)


def trainer(setting: Setting) -> nn.Trainer:
    """The run of a setting, before its first step."""
    layers: list[nn.Module] = []
    for inputs in (2, *[WIDTH] * (setting.depth - 1)):
        layers += [nn.Linear(inputs, WIDTH), ACTIVATIONS[setting.activation]()]
    net = nn.Sequential(*layers, nn.Linear(WIDTH, 3))
    setting.initialize(net)
    optimizer = nn.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, samples(), batch_size=BATCH, seed=0)


@dataclass
class Record:
    """What a run showed at each frame; the numbers have three digits, the planes one byte a place.

    `gradients` (frames, depth + 1) are the rms of each layer's gradient, `deviations` (frames, depth) those of each
    layer's outputs, `ends` the share of outputs that are saturated or, behind a relu, 0. `bars` (frames, depth, BINS)
    are histograms, of 255 for the highest bar; `ground` (frames, RESOLUTION, RESOLUTION) is `class * LEVELS +
    certainty`, from the bottom up, 255 where the output is no number.
    """

    drawn: float
    found: list[list[str]]
    loss: list[float | str]
    accuracy: list[float | str]
    gradients: list[list[float | str]]
    deviations: list[list[float | str]]
    ends: list[list[float | str]]
    bars: Array
    ground: Array

    def numbers(self) -> dict[str, Any]:
        """What goes into the page as text."""
        return {name: value for name, value in asdict(self).items() if not isinstance(value, np.ndarray)}

    def planes(self) -> bytes:
        """What goes into the page as bytes."""
        return self.bars.tobytes() + self.ground.tobytes()


def record(setting: Setting) -> Record:
    """Train a setting, and look at it at each frame."""
    run = trainer(setting)
    drawn = float(np.std(run.net[2].weight.detach().numpy()))
    made = Record(number(drawn), [], [], [], [], [], [], np.zeros(0), np.zeros(0))
    bars, ground, taken = [], [], 0
    for frame in FRAMES:
        with np.errstate(all="ignore"):
            run.run(frame - taken)
            taken = frame
            probe = look(run)
            places = decision_boundary(run.net, samples(), resolution=RESOLUTION)
            if frame in (0, STEPS):
                made.found.append(list(dict.fromkeys(nn.diagnose(run).names)))
            flow = gradient_flow(run, samples=BATCH)
            layers = [op for op in probe.ops if op.name == setting.activation]
            bars.append([histogram(op, setting.activation) for op in layers])
        ground.append(shades(places.classes, places.certainty))
        made.gradients.append([number(bar.value) for bar in flow.bars])
        note(made, probe, layers)
    made.bars, made.ground = np.array(bars, np.uint8), np.array(ground, np.uint8)
    return made


def note(made: Record, probe: Probe, layers: Sequence[Op]) -> None:
    """Add what the forward pass of one frame gave."""
    assert probe.output is not None
    right = probe.output.argmax(axis=1) == probe.target
    made.loss.append(number(probe.loss))
    made.accuracy.append(number(float(right.mean())))
    with np.errstate(all="ignore"):
        made.deviations.append([number(float(op.out.std(dtype=np.float64))) for op in layers])
        made.ends.append([number(at_the_end(op)) for op in layers])


def at_the_end(op: Op) -> float:
    """The share of outputs where the slope is nearly 0."""
    if op.name == "relu":
        return float((op.out <= 0).mean())
    far = np.abs(op.out) if op.name == "tanh" else np.maximum(op.out, 1 - op.out)
    return float((far > FAR[op.name]).mean())


def histogram(op: Op, activation: str) -> Array:
    """How often a layer's outputs fall into each of BINS, of 255; what is beyond the range counts at its end.

    The zeros of a relu are left out: they would hide the rest, and `ends` counts them.
    """
    low, high = RANGES[activation]
    values = op.out[np.isfinite(op.out)]
    if activation == "relu":
        values = values[values > 0]
    counts = np.histogram(np.clip(values, low, high), BINS, (low, high))[0]
    return np.ceil(counts * 255 / max(counts.max(), 1)).astype(np.uint8)


def shades(classes: Array, certainty: Array) -> Array:
    """The class of each place and how certain it is, from a third, the least of three classes, to 1."""
    level = np.rint((np.nan_to_num(certainty, nan=1.0) - 1 / 3) * 1.5 * (LEVELS - 1))
    return np.where(np.isnan(certainty), 255, classes * LEVELS + np.clip(level, 0, LEVELS - 1)).astype(np.uint8)


def number(x: float) -> float | str:
    """Three digits, or the text that JavaScript reads as what it is."""
    if math.isnan(x):
        return "NaN"
    return float(f"{x:.3g}") if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity"


def content(records: Mapping[str, Record]) -> dict[str, Any]:
    """Everything that the scripts read: the numbers and the planes of all settings are packed, each in one piece."""
    data = samples()
    planes = b"".join(made.planes() for made in records.values())
    numbers = json.dumps({key: made.numbers() for key, made in records.items()}, separators=(",", ":"))
    return {
        "frames": FRAMES,
        "scales": SCALES,
        "depths": DEPTHS,
        "activations": list(ACTIVATIONS),
        "ranges": dict(RANGES),
        "bins": BINS,
        "resolution": RESOLUTION,
        "levels": LEVELS,
        "points": np.round(data.x, 2).tolist(),
        "labels": data.y.tolist(),
        "span": [[round(float(v), 3) for v in ends] for ends in _span(data)],
        "vanishing": VANISHING,
        "exploding": EXPLODING,
        "marks": {verdict.value: mark for verdict, mark in MARKS.items()},
        "ramps": {name: [list(stop) for stop in theme.ramp] for name, theme in palette.THEMES.items()},
        "series": {name: theme.series[:3] for name, theme in palette.THEMES.items()},
        "numbers": packed(numbers.encode()),
        "planes": packed(planes),
    }


def _span(data: nn.data.Dataset) -> Array:
    """Where the plane of the boundary ends."""
    plane = decision_boundary(nn.Linear(2, 3), data, resolution=2)
    return np.array([plane.x, plane.y], np.float64)


def packed(raw: bytes) -> str:
    """Bytes as the page carries them."""
    return base64.b64encode(zlib.compress(raw, 9)).decode()


def unpacked(text: str) -> bytes:
    """The bytes again."""
    return zlib.decompress(base64.b64decode(text))


def page(data: Mapping[str, Any]) -> str:
    """The page around its data."""
    template = (SOURCES / "lab.html").read_text("utf-8")
    scripts = joined(["format.js"]) + "\n" + "\n".join((SOURCES / name).read_text("utf-8") for name in SCRIPTS)
    looks = style() + "\n" + (SOURCES / "lab.css").read_text("utf-8")
    return sealed(template, data, script=scripts, style=looks, title="How weights begin", theme="auto")


def embedded(text: str) -> dict[str, Any]:
    """The data in a page."""
    (data,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', text, re.DOTALL)
    found: dict[str, Any] = json.loads(data)
    return found


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--page", action="store_true", help="keep the records, make only the page anew")
    if parser.parse_args().page:
        data = embedded(PAGE.read_text("utf-8"))
    else:
        every = list(settings())
        records = {}
        for i, setting in enumerate(every, 1):
            records[setting.key] = record(setting)
            print(f"\r{i} of {len(every)}", end="", flush=True)
        print()
        data = content(records)
    PAGE.write_text(page(data), "utf-8")
    print(PAGE, f"{PAGE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
