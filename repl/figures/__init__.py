"""What plots show, as plain data: computed from networks, data and runs, without a screen and without drawing.

    figure = curves.loss_curve([trainer])       Curves: the series, the axes, one sentence on how to read it
    figure.series[0].y                          arrays, read-only

`repl.views.plot` draws a figure in a terminal, `repl.views.figure` as SVG, PNG and PDF; `repl.plots` is the library
call that joins them. What is measured on a network leaves it as it was: random state, running statistics, gradients.
"""

from .model import (
    Bar,
    Bars,
    Boundary,
    Confusion,
    Curves,
    Figure,
    Histogram,
    Histograms,
    Image,
    Images,
    Path,
    Series,
    Surface,
    told,
)

__all__ = [
    "Bar",
    "Bars",
    "Boundary",
    "Confusion",
    "Curves",
    "Figure",
    "Histogram",
    "Histograms",
    "Image",
    "Images",
    "Path",
    "Series",
    "Surface",
    "told",
]
