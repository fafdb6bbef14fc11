"""Plots of what a network computes and how it learns: in a terminal, a notebook, and as SVG, PNG and PDF.

    from repl import plots

    p = plots.loss_curve(trainer)
    print(p)                        drawn with the letters of the terminal
    p.save("loss.svg")              or .png, .pdf
    p                               in a notebook: the picture

Every plot has one sentence that says how to read it, `p.reading`, under it. What is measured on a network or a run
leaves it as it was. Figures need matplotlib (the `plot` extra); what is drawn in the terminal does not.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nn

from . import files
from .errors import StateError, UsageError, message
from .figures import Figure, boundary, curves, drift, histograms, subject, surface, tables
from .figures.drift import InputDrift
from .messages import marked, said
from .views import palette
from .views.palette import Theme
from .views.plot import Pen, page

__all__ = [
    "InputDrift",
    "Plot",
    "activation_function",
    "activation_histograms",
    "confusion",
    "decision_boundary",
    "gradient_flow",
    "gradient_histograms",
    "images",
    "input_drift",
    "loss_curve",
    "loss_surface",
    "weight_histograms",
    "weight_images",
]

SUFFIXES = (".svg", ".png", ".pdf")
_WIDTH, _WIDEST = 80, 100


@dataclass(frozen=True, repr=False, eq=False)
class Plot:
    """A plot that can be printed, saved and shown. `figure` is what it shows, as plain data."""

    figure: Figure
    theme: Theme = palette.LIGHT

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    @property
    def title(self) -> str:
        """What stands above it."""
        return said(self.figure.title)

    @property
    def reading(self) -> str:
        """The sentence that says how to read it."""
        return said(self.figure.reading)

    def text(
        self,
        *,
        width: int | None = None,
        height: int | None = None,
        most: int | None = None,
        pen: Pen | None = None,
        ascii_only: bool = False,
    ) -> str:
        """The plot as lines of text, none wider than `width` columns.

        Args:
            width: columns, 20 or more; the terminal's, at most 100, if left out, and 80 where there is none.
            height: lines of the drawing itself; as many as it needs if left out.
            most: lines in all, which the drawing gives way to.
            pen: colours and letters; without it there are no colours.
            ascii_only: no letter beyond ASCII.
        """
        if width is None:
            width = min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else _WIDTH
        return page(self.figure, pen or Pen(ascii_only=ascii_only), width, height, most=most)

    @property
    def svg(self) -> str:
        """The plot as SVG, in the language of the moment. Raises StateError where there is no matplotlib."""
        return self._rendered("svg", 0).decode()

    def save(self, path: str | os.PathLike[str], *, dpi: int = 144) -> Path:
        """Write the plot to a file; the suffix says how: .svg, .png or .pdf. The same plot gives the same bytes.

        Args:
            path: the file; its folder must exist. A file that is there is replaced, once the new one is whole.
            dpi: dots per inch of a PNG, 20 to 1200.

        Raises:
            UsageError: another suffix, or a `dpi` out of range.
            StateError: there is no matplotlib to draw with.
            FileError: the file cannot be written; what was there is left as it was.
        """
        target = files.picture("plot", path, SUFFIXES)
        if not 20 <= dpi <= 1200:
            raise UsageError(message("plot", f"dpi={dpi}", "20 to 1200 dots per inch", "try dpi=144"))
        files.write("plot", target, self._rendered(target.suffix.lower()[1:], dpi))
        return target

    def _rendered(self, kind: str, dpi: int) -> bytes:
        if importlib.util.find_spec("matplotlib") is None:
            do = "install it, pip install 'chainrule[plot]', or print the plot: print(p)"
            raise StateError(message("plot", "no matplotlib", "it for SVG, PNG and PDF", do))
        from .views.figure import rendered

        return rendered(self.figure, kind, self.theme, dpi)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": self.text(width=_WIDEST)}
        if importlib.util.find_spec("matplotlib") is not None:
            bundle["image/svg+xml"] = self.svg
        return bundle


def loss_curve(
    *runs: Any,
    names: Sequence[str] | None = None,
    log: bool | None = False,
    smooth: float | None = None,
    theme: str = "light",
) -> Plot:
    """The loss over the steps of one run or of several: training, smoothed, and validation.

    Args:
        runs: Trainers, their histories, or losses as plain numbers; or one mapping of names to such, or a
            `nn.diagnosis.Race`, whose two runs are drawn.
        names: one for each run; left out, what optimiser and learning rate each has.
        log: a logarithmic axis; None for one where the losses are far apart.
        smooth: the steps that the running mean looks back on; None for a thirtieth of the run, 0 for none.
        theme: "light" or "dark".

    Raises:
        UsageError: names that are not one for each run, or a run of another kind.
        StateError: no run has a step yet.

    Example:
        >>> print(loss_curve([2.0, 1.0, 0.5, 0.25]).text(width=40, height=8, ascii_only=True))
        Loss over training steps
        loss   ** training
        2 +*****
          |    *****
        1 +         *****
          |             **********
          |                       **************
          +------------+------------------------
                       2                    step
        Read it from the left: a curve that
        falls is learning, one that is flat has
        stopped, one that rises or jumps has
        too large a learning rate; validation
        above training is overfitting.
    """
    found = list(runs)
    if len(found) == 1 and isinstance(found[0], nn.diagnosis.Race):
        found = [{marked("as it is"): found[0].losses, marked("changed"): found[0].losses_changed}]
    if len(found) == 1 and isinstance(found[0], Mapping):
        names, found = [each if isinstance(each, str) else str(each) for each in found[0]], list(found[0].values())
    if names is None and len(found) > 1:
        names = _run_names(found)
    return Plot(curves.loss_curve(found, names, log=log, smooth=smooth), palette.named(theme))


def _run_names(runs: Sequence[Any]) -> list[str]:
    """What tells runs apart: their optimiser and its rate, or else a number."""
    names = []
    for number, run in enumerate(runs, 1):
        name = marked("run {number}", number=number)
        if isinstance(run, nn.Trainer):
            name = f"{type(run.optimizer).__name__} lr={run.optimizer.param_groups[0]['lr']:g}"
        names.append(f"{name} ({number})" if name in names else name)
    return names


def gradient_flow(
    net: Any, data: Any = None, loss: Any = None, *, samples: int = subject.SAMPLES, theme: str = "light"
) -> Plot:
    """The size of the gradient in each layer, from the input to the loss, on a log scale, with a verdict.

    Args:
        net: a Trainer, or a Module with `data` and `loss`.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        samples: how many samples the loss is over.
        theme: "light" or "dark".
    """
    return Plot(histograms.gradient_flow(net, data, loss, samples=samples), palette.named(theme))


def activation_histograms(
    net: Any,
    data: Any = None,
    *,
    samples: int = subject.SAMPLES,
    bins: int = histograms.BINS,
    theme: str = "light",
) -> Plot:
    """How the outputs of each layer are distributed, for some of the data.

    Args:
        net: a Trainer, or a Module with `data`.
        data: a Dataset or arrays.
        samples: how many samples go through.
        bins: how fine.
        theme: "light" or "dark".
    """
    return Plot(histograms.activation_histograms(net, data, samples=samples, bins=bins), palette.named(theme))


def weight_histograms(net: Any, *, bins: int = histograms.BINS, theme: str = "light") -> Plot:
    """How the weights of each layer are distributed.

    Args:
        net: a Module or a Trainer.
        bins: how fine.
        theme: "light" or "dark".
    """
    return Plot(histograms.weight_histograms(net, bins=bins), palette.named(theme))


def gradient_histograms(
    net: Any,
    data: Any = None,
    loss: Any = None,
    *,
    samples: int = subject.SAMPLES,
    bins: int = histograms.BINS,
    theme: str = "light",
) -> Plot:
    """How the sizes of each weight's gradient are distributed, in powers of ten.

    Args:
        net: a Trainer, or a Module with `data` and `loss`.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        samples: how many samples the loss is over.
        bins: how fine.
        theme: "light" or "dark".
    """
    made = histograms.gradient_histograms(net, data, loss, samples=samples, bins=bins)
    return Plot(made, palette.named(theme))


def decision_boundary(
    net: Any,
    data: Any = None,
    loss: Any = None,
    *,
    features: tuple[int, int] | None = None,
    resolution: int = boundary.RESOLUTION,
    theme: str = "light",
) -> Plot:
    """The class that a network sees at each place of two features, and the samples.

    Args:
        net: a Trainer, or a Module with `data`.
        data: a Dataset or a pair of arrays (N, F) and (N,).
        loss: only for a network with one output.
        features: the numbers of the two features, or None for the first two that vary; others stay at their mean.
        resolution: places along each axis.
        theme: "light" or "dark".
    """
    made = boundary.decision_boundary(net, data, loss, features=features, resolution=resolution)
    return Plot(made, palette.named(theme))


def loss_surface(
    net: Any,
    data: Any = None,
    loss: Any = None,
    *,
    optimizers: Sequence[str] | Mapping[str, Any] = (),
    parameters: tuple[str, str] | None = None,
    directions: str | None = None,
    steps: int = surface.STEPS,
    span: float | None = None,
    grid: int = surface.GRID,
    samples: int = surface.SAMPLES,
    seed: int = 0,
    theme: str = "light",
) -> Plot:
    """A slice of the loss through the parameters, and the ways that optimisers take on it from where the network is.

    Args:
        net: a Trainer, or a Module with `data` and `loss`; it stays where it is.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        optimizers: names of `nn.catalog`, also "momentum" and "nesterov"; in a mapping each with its learning rate, or
            with a function of the parameters that gives the optimiser.
        parameters: two single numbers, such as "0.weight[0, 1]", that are the axes; then only these two learn.
        directions: "random" (filter by filter as long as the weights: Li et al. 2018, arXiv:1712.09913) or "pca" (the
            plane that holds the ways best); without it "pca" if there are optimisers.
        steps: how far each optimiser goes.
        span: how far the plane reaches from its centre; without it as far as the ways need.
        grid: values along each axis.
        samples: how many samples the loss is over.
        seed: for the random directions.
        theme: "light" or "dark".
    """
    ways: dict[str, Any] = {
        "optimizers": optimizers,
        "parameters": parameters,
        "directions": directions,
        "steps": steps,
    }
    made = surface.loss_surface(net, data, loss, **ways, span=span, grid=grid, samples=samples, seed=seed)
    return Plot(made, palette.named(theme))


def confusion(net: Any, data: Any = None, loss: Any = None, *, theme: str = "light") -> Plot:
    """How often each true class was taken for each class.

    Args:
        net: a Trainer, a Module, or a ConfusionMatrix that is there already.
        data: a Dataset or a pair of arrays.
        loss: only for a network with one output.
        theme: "light" or "dark".
    """
    return Plot(tables.confusion(net, data, loss), palette.named(theme))


def images(data: Any, net: Any = None, *, count: int = 20, start: int = 0, theme: str = "light") -> Plot:
    """Samples as pictures, with their class; with a network also what it takes them for.

    Args:
        data: a Split of images, whose test part is shown on the scale that it had before it was standardised; a
            Dataset, or an array (N, H, W).
        net: a Module or a Trainer.
        count: how many.
        start: the number of the first.
        theme: "light" or "dark".
    """
    return Plot(tables.images(data, net, count=count, start=start), palette.named(theme))


def weight_images(net: Any, *, count: int = 16, shape: tuple[int, int] | None = None, theme: str = "light") -> Plot:
    """What each unit of the first layer looks for: its weights as a picture.

    Args:
        net: a Module or a Trainer.
        count: how many units.
        shape: rows and columns of a picture; None for a square, else one row.
        theme: "light" or "dark".
    """
    return Plot(tables.weight_images(net, count=count, shape=shape), palette.named(theme))


def activation_function(name: str, *, span: float = 4.0, theme: str = "light", **options: Any) -> Plot:
    """An activation function with its slope.

    Args:
        name: such as "tanh"; see `nn.catalog.ACTIVATIONS`.
        span: x goes from -span to span.
        theme: "light" or "dark".
        options: the function's settings, such as alpha=0.5.
    """
    return Plot(curves.activation_function(name, span=span, options=options), palette.named(theme))


def input_drift(
    trainer: Any, layer: str | None = None, *, steps: int = 200, samples: int = drift.SAMPLES, theme: str = "light"
) -> Plot:
    """How the 15th, 50th and 85th percentile of a layer's input move over the next steps, tried on a copy of the run.

    To record a run that goes on, use `InputDrift`, and pass that instead of a trainer.

    Args:
        trainer: a Trainer, which stays where it is, or an InputDrift.
        layer: its path, such as "2"; without it the last layer with weights.
        steps: how far to look ahead.
        samples: how many samples of the training data are looked at.
        theme: "light" or "dark".
    """
    if isinstance(trainer, InputDrift):
        return Plot(trainer.figure(), palette.named(theme))
    return Plot(drift.input_drift(trainer, layer, steps=steps, samples=samples), palette.named(theme))
