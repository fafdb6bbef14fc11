"""The initialisation lab: its records are the engine's, and its page shows them, plays them, and asks for nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from repl.views.labels import number
from tests.repl.pages import Opened

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "tutorials" / "lab.html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REDO = "run `python docs/make_lab.py`, and look at the page"


@pytest.fixture(scope="module")
def lab() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_lab", ROOT / "docs" / "make_lab.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_lab"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data(lab: ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = lab.embedded(PAGE.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def numbers(lab: ModuleType, data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.unpacked(data["numbers"]))
    return found


def test_the_page_is_made_of_these_scripts_and_small(lab: ModuleType, data: dict[str, Any]) -> None:
    assert PAGE.read_text("utf-8") == lab.page(data), "run `python docs/make_lab.py --page`"
    assert PAGE.stat().st_size < 1_500_000


def test_every_setting_is_recorded_at_every_frame(
    lab: ModuleType, data: dict[str, Any], numbers: dict[str, Any]
) -> None:
    every = list(lab.settings())
    assert [setting.key for setting in every] == list(numbers)
    size = 0
    for setting in every:
        made = numbers[setting.key]
        lengths = {len(made[name]) for name in ("loss", "accuracy", "gradients", "deviations", "ends")}
        assert lengths == {len(lab.FRAMES)}, setting.key
        assert {len(row) for row in made["gradients"]} == {setting.depth + 1}
        assert {len(row) for row in made["deviations"]} == {setting.depth}
        size += len(lab.FRAMES) * (setting.depth * lab.BINS + lab.RESOLUTION**2)
    assert len(lab.unpacked(data["planes"])) == size
    assert data["points"] == np.round(lab.samples().x, 2).tolist()


# The start of a run holds on any machine; far down a run that explodes, the last bits of a BLAS decide.
@pytest.mark.parametrize(
    "setting", [("xavier", None, "tanh", 2), ("normal", 0.01, "sigmoid", 5), ("uniform", 0.1, "tanh", 2)], ids=str
)
def test_the_engine_records_the_same_again(
    lab: ModuleType, data: dict[str, Any], numbers: dict[str, Any], setting: tuple[Any, ...]
) -> None:
    made, kept = lab.record(lab.Setting(*setting)), numbers[lab.Setting(*setting).key]
    for name in ("loss", "accuracy", "deviations", "ends"):
        np.testing.assert_allclose(getattr(made, name), kept[name], rtol=0.05, atol=0.02, err_msg=REDO)
    np.testing.assert_allclose(np.log10(made.gradients[0]), np.log10(kept["gradients"][0]), atol=0.02, err_msg=REDO)
    assert made.found == kept["found"]
    before = 0
    for key, record in numbers.items():
        depth = len(record["deviations"][0])
        if key == lab.Setting(*setting).key:
            break
        before += len(lab.FRAMES) * (depth * lab.BINS + lab.RESOLUTION**2)
    planes = np.frombuffer(lab.unpacked(data["planes"]), np.uint8)[before:]
    bars = planes[: made.bars.size].reshape(made.bars.shape)
    ground = planes[made.bars.size :][: made.ground.size].reshape(made.ground.shape)
    assert (np.abs(made.bars[0].astype(int) - bars[0]) <= 16).mean() > 0.95, REDO
    assert (made.ground[0] // lab.LEVELS == ground[0] // lab.LEVELS).mean() > 0.97, REDO


def test_the_records_teach_what_the_lesson_says(numbers: dict[str, Any]) -> None:
    final = {key: float(made["accuracy"][-1]) for key, made in numbers.items()}
    small, large, right = (numbers[key] for key in ("normal/0.01/tanh/10", "normal/1/tanh/10", "xavier//tanh/10"))
    assert float(small["gradients"][0][0]) < 1e-9 * float(small["gradients"][0][-1])
    assert float(large["gradients"][0][0]) > 1e3 * float(large["gradients"][0][-1])
    assert 0.1 < float(right["gradients"][0][0]) / float(right["gradients"][0][-1]) < 10
    assert final["normal/0.01/tanh/10"] < 0.4
    assert final["normal/1/tanh/10"] < 0.4
    assert final["xavier//tanh/10"] > 0.9
    assert final["he//relu/10"] > 0.9
    assert max(value for key, value in final.items() if key.startswith("constant")) < 0.6
    assert "symmetric units" in numbers["constant/0.3/tanh/5"]["found"][0]


def test_both_languages_say_the_same_things() -> None:
    text = (ROOT / "docs" / "lab" / "words.js").read_text("utf-8")
    english, korean = re.split(r"^const KOREAN", text, flags=re.MULTILINE)
    keys = re.compile(r"^ +([a-zA-Z]+):", re.MULTILINE)
    assert keys.findall(english) == keys.findall(korean)
    assert len(keys.findall(english)) > 50


SOURCES = sorted((ROOT / "docs" / "lab").iterdir())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_scripts_are_written_to_be_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 400
    assert [line for line in lines if len(line) > 120] == []
    if path.suffix == ".js":
        assert lines[0].startswith("// "), "the first line says what it does"
        assert not re.search(r"\bvar |(?<![=!])==(?!=)|TODO|console\.", "\n".join(lines))


# --- in a browser

Show = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="no package playwright: pip install playwright")
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    """Open the lab at a setting; afterwards the browser must have complained of nothing and asked for one file."""
    opened: list[Opened] = []
    contexts: list[Any] = []

    def open_it(address: str = "lang=en", *, width: int = 1280, height: int = 800, **options: Any) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": height}, **({"reduced_motion": "reduce"} | options)
        )
        contexts.append(context)

        class Address:
            def as_uri(self) -> str:
                return f"{PAGE.as_uri()}#{address}"

        opened.append(Opened.of(context, Address()))  # type: ignore[arg-type]  # a path with a place in it
        opened[-1].until("LAB !== null")
        return opened[-1]

    yield open_it
    for each in opened:
        assert each.complaints == []
        assert [url for url in each.requests if not url.startswith("data:")] == each.requests[:1]
    for context in contexts:
        context.close()


@pytest.mark.slow
def test_the_numbers_shown_are_those_recorded(show: Show, numbers: dict[str, Any], lab: ModuleType) -> None:
    shown = show("lang=en&scheme=xavier&activation=relu&depth=5")
    made = numbers["xavier//relu/5"]
    shown.press("4")
    for frame in range(3):
        right = float(made["accuracy"][frame])
        assert shown.text("#said") == (
            f"step {lab.FRAMES[frame]} of 600: cost {number(float(made['loss'][frame]))}, {100 * right:.0f} % right"
        )
        told = shown.tab.eval_on_selector_all("#gradients .told", "all => all.map(each => each.textContent)")
        assert [text.split(" ")[0] for text in told] == [number(float(x)) for x in made["gradients"][frame]]
        spread = shown.tab.eval_on_selector_all("#activations .told", "all => all.map(each => each.textContent)")
        assert [text.split(" ")[0] for text in spread] == [f"±{number(float(x))}" for x in made["deviations"][frame]]
        shown.press("ArrowRight")


@pytest.mark.slow
def test_the_pictures_are_of_the_recorded_planes(show: Show, numbers: dict[str, Any]) -> None:
    shown = show("lang=en&scheme=he&activation=relu&depth=2")
    of = {"scheme": "he", "scale": 1, "activation": "relu", "depth": 2}
    whole = shown.tab.evaluate(f"(() => {{ const r = LAB.records.of({json.dumps(of)}); return [...r.ground]; }})()")
    last = np.array(whole).reshape(31, 28, 28)[-1]
    points, labels = shown.tab.evaluate("[CONTENT.points, CONTENT.labels]")
    (left, right), (bottom, top) = shown.tab.evaluate("CONTENT.span")
    x, y = np.array(points).T
    columns = np.rint((x - left) / (right - left) * 27).astype(int)
    rows = np.rint((y - bottom) / (top - bottom) * 27).astype(int)
    agree = (last[rows, columns] // 8 == np.array(labels)).mean()
    assert agree == pytest.approx(float(numbers["he//relu/2"]["accuracy"][-1]), abs=0.08)


@pytest.mark.slow
def test_one_predicts_before_one_plays(show: Show) -> None:
    shown = show("lang=en&scheme=normal&scale=0.01&activation=tanh&depth=10")
    shown.press("End", " ")
    assert shown.text("#count") == "0 / 600"
    assert "Predict first" in shown.text("#said")
    assert shown.tab.evaluate("document.activeElement.id") == "guess-yes"
    shown.tab.click("label:has(#guess-no)")
    shown.press(" ")
    assert shown.text("#count") == "600 / 600", "with reduced motion it is at the end at once"
    verdict = shown.text("#verdict")
    assert "It did not learn: 33 % right" in verdict
    assert "✓ You predicted it." in verdict
    assert "it vanishes" in verdict
    assert "Predictions so far: 1 of 1 right." in verdict
    assert not shown.tab.is_visible("#guess")
    shown.tab.click("label[for=scheme-xavier]")
    assert shown.text("#count") == "0 / 600"
    shown.press("3", "End")
    assert "It learned: 98 % right" in shown.text("#verdict")
    assert "1 of 2 right" in shown.text("#verdict")
    assert shown.tab.locator("#cost .old").count() == 1, "the run before stays, dashed"


@pytest.mark.slow
def test_playing_goes_frame_by_frame_and_stops_at_the_end(show: Show) -> None:
    shown = show("lang=en&scheme=he&activation=tanh&depth=2", reduced_motion="no-preference")
    shown.press("1")
    shown.tab.click("#play")
    shown.until("LAB.frame > 1")
    assert "Pause" in shown.text("#play")
    shown.tab.click("#play")
    held = shown.tab.evaluate("LAB.frame")
    shown.tab.wait_for_timeout(400)
    assert shown.tab.evaluate("LAB.frame") == held
    shown.tab.click("#play")
    shown.until("!LAB.playing")
    assert shown.text("#count") == "600 / 600"


@pytest.mark.slow
def test_every_setting_has_a_verdict_in_both_languages(show: Show) -> None:
    shown = show("lang=en")
    told = shown.tab.evaluate(
        """(() => {
          const found = [];
          for (const scheme of SCHEMES) for (const scale of CONTENT.scales)
            for (const activation of CONTENT.activations) for (const depth of CONTENT.depths)
              for (const tongue of ["en", "ko"]) {
                LAB.setting = { scheme, scale, activation, depth };
                LAB.tongue = tongue;
                LAB.opened.add(LAB.key);
                LAB.redraw();
                found.push(document.getElementById("verdict").textContent);
              }
          return found;
        })()"""
    )
    assert len(told) == 6 * 5 * 3 * 3 * 2
    assert all(len(text) > 40 for text in told)
    assert not any(re.search("undefined|object|function", text) for text in told)


@pytest.mark.slow
def test_keys_language_theme_and_names(show: Show) -> None:
    shown = show("lang=ko", color_scheme="dark")
    assert shown.tab.get_attribute("html", "lang") == "ko"
    assert shown.text("h1") == "가중치의 시작"
    assert shown.tab.get_attribute("html", "data-theme") == "dark"
    shown.press("t", "l")
    assert shown.tab.get_attribute("html", "data-theme") == "light"
    assert shown.text("h1") == "How weights begin"
    shown.press("?")
    assert "How to read it" in shown.text("#help")
    shown.press("Escape")
    shown.tab.focus("#depth-10")
    shown.press("ArrowLeft")
    assert shown.tab.evaluate("LAB.setting.depth") == 5
    assert shown.tab.evaluate("document.activeElement.id") == "depth-5", "the choice keeps the focus"
    assert "depth=5" in shown.tab.evaluate("location.hash")
    named = "b.getAttribute('aria-label') || b.textContent.trim() || b.labels?.length"
    assert shown.tab.eval_on_selector_all("button, input", f"all => all.filter(b => !({named})).map(b => b.id)") == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_it_fits_the_width(show: Show, width: int) -> None:
    shown = show("lang=en&scheme=normal&scale=1", width=width, height=844)
    shown.press("3", "End")
    assert shown.tab.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.tab.evaluate("document.querySelector('#gradients svg').getBoundingClientRect().right") <= width
