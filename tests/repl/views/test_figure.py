"""Figures as matplotlib draws them: every form, both themes, the same bytes each time."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager

import nn
from repl import messages, plots
from repl.figures import Surface
from repl.views import figure, palette
from repl.views.figure import rendered
from repl.views.screen import cells
from tests.repl.leftover import english
from tests.repl.runs import every_plot

PLOTS = every_plot()
SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).resolve().parents[3]


KNOWN = ["tanh", "NaN", "rms", "sgd", "adam", "tiny", "vase", "vas", "weight", "Linear", "Tanh", "ReLU", "log10"]
DARK = ("curve", "boundary", "confusion", "unit images")


@pytest.mark.parametrize(("name", "theme"), [*((name, "light") for name in PLOTS), *((name, "dark") for name in DARK)])
def test_every_form_is_an_svg_with_its_title_and_sentence(name: str, theme: str) -> None:
    picture = rendered(PLOTS[name].figure, "svg", palette.named(theme), 0)
    root = ET.fromstring(picture)
    assert root.get("viewBox")
    told = picture.decode()
    assert PLOTS[name].reading.split(":")[0].replace("&", "&amp;") in told
    assert palette.named(theme).ground.lower() in told.lower()


SLOW = pytest.param("paths", "pdf", marks=pytest.mark.slow)  # fonts are cut down for each PDF


@pytest.mark.parametrize(
    ("name", "kind"), [("paths", "svg"), ("boundary", "svg"), ("boundary", "png"), ("images", "png"), SLOW]
)
def test_the_same_figure_gives_the_same_bytes(name: str, kind: str) -> None:
    figure = PLOTS[name].figure
    assert rendered(figure, kind, palette.LIGHT, 50) == rendered(figure, kind, palette.LIGHT, 50)


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    code = "import sys; from repl import plots; plots.loss_curve([3.0, 2.0, 2.5]).save(sys.argv[1])"
    for number in range(2):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / f"{number}.svg")], check=True, cwd=ROOT)
    assert (tmp_path / "0.svg").read_bytes() == (tmp_path / "1.svg").read_bytes()


def test_a_bitmap_has_the_dots_that_are_asked_for(tmp_path: Path) -> None:
    sizes = []
    for dpi in (50, 100):
        path = PLOTS["flow"].save(tmp_path / "flow.png", dpi=dpi)
        sizes.append(struct.unpack(">II", path.read_bytes()[16:24]))
    assert sizes[0][0] == 360
    assert sizes[1][0] == 720


def test_a_page_is_a_pdf(tmp_path: Path) -> None:
    assert PLOTS["confusion"].save(tmp_path / "c.PDF").read_bytes().startswith(b"%PDF")


def test_the_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    rendered(PLOTS["curve"].figure, "svg", palette.DARK, 0)
    assert dict(mpl.rcParams) == before


def test_the_users_settings_change_nothing() -> None:
    plain = rendered(PLOTS["curve"].figure, "svg", palette.LIGHT, 0)
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.grid": True, "savefig.bbox": "tight"}):
        assert rendered(PLOTS["curve"].figure, "svg", palette.LIGHT, 0) == plain


def test_the_scale_of_a_surface_over_decades_has_numbers() -> None:
    axis = np.linspace(-1.0, 1.0, 5)
    loss = 10.0 ** np.add.outer(axis, 2 * axis)
    figure = Surface("Loss surface", "reading", "a", "b", axis, axis, loss, (), log=True)
    drawn = rendered(figure, "svg", palette.LIGHT, 0).decode()
    assert "mathdefault" not in drawn
    assert {"0.1", "10", "100"} <= set(re.findall(r"<!-- (\S+) -->", drawn))


def test_names_are_text_and_not_a_formula() -> None:
    plot = plots.loss_curve({"$\\frac{": [1.0, 2.0], "<b>&": [2.0, 1.0], "데이터": [1.0, 1.0]})
    ET.fromstring(plot.svg)


def test_a_letter_that_no_font_has_is_no_warning() -> None:
    ET.fromstring(plots.loss_curve({"\U0001f9ee\u0d9e": [1.0, 2.0], "b": [1.0]}).svg)


def test_fonts_that_matplotlib_has_not_noticed_yet_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    names, added = ["DejaVu Sans"], []

    def add(path: str) -> None:
        added.append(path)
        if "Nanum" in path:
            raise RuntimeError("no font")
        names.append("Noto Sans CJK KR")

    there = ["/fonts/NotoSansCJK-Regular.ttc", "/fonts/NanumGothic.ttf", "/fonts/Other.ttf"]
    monkeypatch.setattr(font_manager, "get_font_names", lambda: names)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: there)
    monkeypatch.setattr(font_manager.fontManager, "addfont", add)
    families = figure._families.__wrapped__
    assert families() == ("Noto Sans CJK KR",)
    assert added == there[:2]
    assert families() == ("Noto Sans CJK KR",)
    assert len(added) == 2


def test_words_are_the_readers() -> None:
    messages.use("ko")
    for name, plot in every_plot().items():
        for width in (40, 80):
            lines = plot.text(width=width).split("\n")
            assert max(map(cells, lines)) <= width, name
            assert english("\n".join(lines), KNOWN) == [], name
        if figure.lacking():
            continue  # pictures are English here
        drawn = re.findall("<!-- (.*?) -->", plot.svg)
        assert re.search("[가-힣]", "".join(drawn)), name
        assert english("\n".join(drawn), KNOWN) == [], name


def test_where_no_font_has_the_letters_the_words_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    messages.use("ko")
    korean = every_plot()
    monkeypatch.setattr(figure, "_families", lambda: ())
    assert figure.lacking().startswith("한글이 있는 글꼴을 찾지 못해")
    drawn = {name: plot.svg for name, plot in korean.items()}
    messages.use("en")
    assert figure.lacking() == ""
    for name, plot in every_plot().items():
        assert drawn[name] == plot.svg, name


def test_what_is_not_finite_is_drawn_at_the_edge() -> None:
    whole = plots.loss_curve([1.0, 2.0, 3.0]).svg
    marked = plots.loss_curve([1.0, np.nan, np.inf]).svg
    assert "#d81b60" not in whole
    assert marked.count("#d81b60") >= 2


def test_nothing_finite_is_a_picture_all_the_same() -> None:
    ET.fromstring(plots.loss_curve([np.nan, np.nan], log=True).svg)
    net = nn.Linear(2, 2)
    net.weight.assign_(np.full((2, 2), np.nan))
    data = nn.data.moons(n=10, seed=0)
    for plot in (
        plots.weight_histograms(net),
        plots.weight_images(net),
        plots.gradient_flow(net, data, nn.CrossEntropyLoss()),
        plots.decision_boundary(net, data, resolution=4),
        plots.loss_surface(net, data, nn.CrossEntropyLoss(), grid=3),
    ):
        ET.fromstring(plot.svg)
        assert plot.text(width=40)
