"""The interactive page in a real Chromium: what is stepped, shown, folded, found and pressed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.reverse import steps
from repl import graph, messages, page
from repl.pages import Page
from repl.views.labels import number

from .graphs import batch, leaf, mlp, mlp_loss
from .leftover import english
from .pages import Opened, drawn, trained

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

if CHROMIUM is None:
    pytest.skip("no Chromium on PATH: apt-get install chromium", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="no package playwright: pip install playwright")

Show = Callable[..., Opened]
# Names that stay: what the network is, its operations and tensors, types, keys.
KNOWN = (
    "MLP tanh cross-entropy rms NaN float32 int64 weight bias linear add matmul transpose softmax_cross_entropy",
    "sum mean Home End Esc Space Enter Shift",
)
# The words that stand over the edge of a card or a box.
OVER = """[...document.querySelectorAll(".node")].flatMap((node) => {
  const box = node.querySelector(".body").getBoundingClientRect();
  return [...node.querySelectorAll("text:not(.sum)")]
    .filter((text) => text.textContent)
    .filter((text) => text.getBoundingClientRect().left < box.left || text.getBoundingClientRect().right > box.right)
    .map((text) => text.textContent);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Show]:
    """Open a page; at the end of the test the browser must have had nothing to complain of, and asked for one file."""
    opened: list[Opened] = []
    contexts: list[Any] = []

    def open_it(made: Page, *, width: int = 1280, height: int = 800, **options: Any) -> Opened:
        path = made.save(tmp_path / f"page{len(opened)}.html")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened.append(Opened.of(context, path))
        return opened[-1]

    yield open_it
    for each in opened:
        assert each.complaints == []
        assert [url for url in each.requests if not url.startswith("data:")] == each.requests[:1]
    for context in contexts:
        context.close()


def test_stepping_visits_the_nodes_in_the_engines_order(show: Show) -> None:
    net = mlp(2, 8, 3)
    loss = mlp_loss(net)
    engine = [step.node.op.name for step in steps(loss)]
    made = graph(loss, net=net, opened=())
    shown = show(page(made))
    shown.press("Home")
    assert shown.current == []
    visited = []
    for _ in engine[:-1]:
        shown.press("ArrowRight")
        (node,) = shown.current
        visited.append(made.view.by_id[node].op)
    assert visited == engine[:-1]
    shown.press("ArrowRight")
    assert f"stop {len(engine)} of {len(engine)}, the last" in shown.text("#said")
    shown.press("ArrowLeft", "ArrowLeft")
    (node,) = shown.current
    assert made.view.by_id[node].op == engine[-3]


def test_the_numbers_are_the_engines_at_every_stop(show: Show) -> None:
    x = leaf(np.array([0.5, -1.0]), "x")
    loss = (np.tanh(x) * x + x).sum()
    sums = [np.sqrt(np.mean(np.square(step.cotangents[x.node]))) for step in steps(loss) if x.node in step.cotangents]
    shown = show(page(graph(loss)))
    shown.press("Home")
    seen = []
    for _ in steps(loss):
        shown.press("ArrowRight")
        seen.append(shown.chip("leaf0"))
    told = [f"∇ {number(sums[0])} (1 of 3)", f"∇ {number(sums[1])} (2 of 3)", f"∇ {number(sums[2])}"]
    assert seen == ["∇ not yet", *told]


@pytest.mark.slow
def test_at_the_end_the_cards_show_what_backward_gives(show: Show) -> None:
    net = mlp(2, 8, 3)
    loss = mlp_loss(net)
    made = graph(loss, net=net)
    shown = show(page(made))
    loss.backward()
    for name, parameter in net.named_parameters():
        (node,) = (each.id for each in made.view.nodes if each.name == name)
        assert isinstance(parameter.grad, Tensor)
        assert shown.chip(node) == f"∇ {number(float(np.sqrt(np.mean(parameter.grad.numpy() ** 2))))}"


@pytest.mark.slow
def test_playing_goes_to_the_end_by_itself(show: Show) -> None:
    shown = show(page(drawn(2, 4, 3)), reduced_motion="reduce")
    shown.tab.select_option("#speed", label="fast")
    shown.press("Home")
    shown.tab.evaluate("document.activeElement.blur()")
    shown.press("Space")
    assert "Pause" in shown.text("#play")
    shown.until("document.getElementById('said').textContent.includes('the last')")
    assert "Play" in shown.text("#play")


def test_folding_and_unfolding(show: Show) -> None:
    shown = show(page(drawn(2, 8, 8, 3)))
    everything = shown.nodes()
    shown.press("[")
    assert shown.nodes() == ["input0", "layer1", "layer2", "layer3", "op8", "input1", "loss"]
    shown.tab.dblclick('[data-id="layer2"] .name')
    assert {"op3", "op4", "op5", "layer1"} <= set(shown.nodes())
    shown.tab.click('.frame[data-id="layer2"] .frame-title')
    assert "layer2" in shown.nodes()
    shown.press("]")
    assert sorted(shown.nodes()) == sorted(everything)


@pytest.mark.slow
def test_a_step_inside_a_folded_layer_is_shown_at_its_card(show: Show) -> None:
    shown = show(page(drawn(2, 8, 8, 3)))
    shown.press("[", "Home", *["ArrowRight"] * 3)
    assert shown.current == ["layer3"]
    assert "inside linear" in shown.text("#said")
    shown.press(".")
    assert shown.current == ["layer2"]


@pytest.mark.slow
def test_searching_by_name_operation_and_shape(show: Show) -> None:
    shown = show(page(drawn(2, 8, 8, 3)))
    shown.press("[")
    for words, node in (("2.weight", "leaf2"), ("tanh", "op2"), ("(8, 2)", "leaf0"), ("3x8", "leaf4")):
        shown.press("/")
        shown.tab.fill("#search", words)
        shown.press("Enter")
        assert shown.tab.get_attribute(".node.chosen", "data-id") == node, words
        assert node in shown.nodes()
    shown.press("/")
    shown.tab.fill("#search", "there is no such thing")
    assert "nothing is called so" in shown.text("#found")


@pytest.mark.slow
def test_the_panel_works_the_rule_out_in_numbers(show: Show) -> None:
    x = leaf(np.array([0.0, 0.5]), "x")
    shown = show(page(graph(np.tanh(x).sum())))
    shown.tab.click('[data-id="op0"]')
    panel = shown.text("#panel")
    assert "dL/dx = g · (1 − y · y)" in panel
    assert "dL/dx[0] = 1 · (1 − 0 · 0) = 1" in panel
    assert "local derivative1" in panel
    shown.press("Escape")
    assert not shown.tab.is_visible("#panel")


@pytest.mark.slow
def test_hovering_and_focus_show_a_card(show: Show) -> None:
    shown = show(page(drawn(2, 8, 3)))
    shown.tab.hover('[data-id="leaf0"] .body')
    assert "0.weight" in shown.text("#card")
    assert shown.tab.locator("#card .bars").count() == 2
    shown.tab.mouse.move(5, 200)
    assert not shown.tab.is_visible("#card")
    shown.tab.hover('[data-key="leaf1>op1"] .hit', force=True)
    assert "+ → b₁" in shown.text("#card")
    shown.tab.focus("svg.picture")
    shown.press("ArrowDown", "ArrowDown")
    assert shown.tab.evaluate("document.activeElement.dataset.id") == shown.tab.get_attribute(".node.chosen", "data-id")
    assert shown.tab.is_visible("#card")
    shown.press("Enter")
    assert shown.tab.is_visible("#panel")


@pytest.mark.slow
def test_zoom_pan_and_fit(show: Show) -> None:
    shown = show(page(drawn(2, 8, 3)))
    start, home = shown.scale, shown.place
    shown.press("+")
    assert shown.scale == pytest.approx(start * 1.3)
    shown.press("-", "-")
    assert shown.scale == pytest.approx(start / 1.3)
    shown.press("0")
    assert (shown.scale, shown.place) == (pytest.approx(start), pytest.approx(home))
    shown.tab.mouse.move(400, 300)
    shown.tab.mouse.wheel(0, -300)
    shown.until(f"PAGE.stage.view.scale > {start * 1.2}")
    before = shown.place
    shown.tab.mouse.down()
    shown.tab.mouse.move(430, 320, steps=3)
    shown.tab.mouse.up()
    assert shown.place == pytest.approx((before[0] + 30, before[1] + 20))
    shown.tab.focus("svg.picture")
    shown.press("Shift+ArrowLeft")
    assert shown.place[0] == pytest.approx(before[0] + 90)


@pytest.mark.slow
def test_two_fingers_zoom_and_one_moves(show: Show) -> None:
    shown = show(page(drawn(2, 8, 3)), width=390, height=844, has_touch=True)
    start = shown.scale
    shown.touch([(150, 300), (250, 300)], [(100, 300), (300, 300)])
    assert shown.scale == pytest.approx(2 * start, rel=0.02)
    before = shown.place
    shown.touch([(200, 300)], [(230, 340)])
    assert shown.place == pytest.approx((before[0] + 30, before[1] + 40), abs=1)


@pytest.mark.slow
def test_help_theme_and_every_button_has_a_name(show: Show) -> None:
    shown = show(page(drawn(2, 4, 3)), color_scheme="dark")
    assert shown.tab.get_attribute("html", "data-theme") == "dark"
    shown.press("t")
    assert shown.tab.get_attribute("html", "data-theme") == "light"
    shown.press("?")
    assert "Home End" in shown.text("#help")
    shown.press("Escape")
    assert not shown.tab.is_visible("#help")
    named = "b.getAttribute('aria-label') || b.textContent.trim() || b.labels?.length"
    unnamed = f"all => all.filter(b => !({named})).map(b => b.outerHTML)"
    assert shown.tab.eval_on_selector_all("button, input, [role=button]", unnamed) == []


@pytest.mark.slow
def test_reduced_motion_moves_at_once(show: Show) -> None:
    made = page(drawn(*[2] * 12, 3))
    calm, lively = show(made, reduced_motion="reduce"), show(made, reduced_motion="no-preference")
    moves = "() => { PAGE.stage.jump('op0'); return PAGE.stage.view.y; }"
    target = calm.tab.evaluate(moves)
    assert calm.tab.evaluate("PAGE.stage.view.y") == target
    assert lively.tab.evaluate(moves) != pytest.approx(target)
    lively.until(f"Math.abs(PAGE.stage.view.y - {target}) < 1")


@pytest.mark.slow
def test_a_training_run_is_played_over_time(show: Show) -> None:
    trainer, made = trained(2, 8, 3, steps=30)
    shown = show(page(made))
    shown.press("m", "Home", "ArrowRight")
    event = trainer.history[1]
    assert f"step 2: loss {number(event.loss)}" in shown.text("#said")
    assert shown.text('[data-id="loss"] .value') == number(event.loss)
    rms = event.grad_norms["0.weight"] / np.sqrt(16)
    assert shown.chip("leaf0") == f"∇ {number(rms)}"
    shown.press("End")
    assert f"step 30: loss {number(trainer.history[-1].loss)}" in shown.text("#said")
    shown.press("m")
    assert "stop" in shown.text("#said")


@pytest.mark.slow
def test_a_run_that_diverged_says_so(show: Show) -> None:
    net = mlp(2, 8, 3)
    x, y = batch()
    targets = np.eye(3, dtype=np.float32)[y]
    trainer = nn.Trainer(net, nn.MSELoss(), nn.optim.SGD(net.parameters(), lr=1e9), (x, targets))
    with np.errstate(all="ignore"):
        trainer.run(20)
        made = graph(nn.MSELoss()(net(x), targets), net=net, history=trainer.history)
    shown = show(page(made))
    assert shown.chip("leaf0") == "∇ NaN ✕"
    shown.press("m", "End")
    assert "step 20: loss NaN · ✕ not finite: the gradient of W₁" in shown.text("#said")


@pytest.mark.slow
def test_two_runs_are_stepped_together(show: Show) -> None:
    plain, normed = mlp(2, 8, 3), mlp(2, 8, 3)
    normed = nn.Sequential(normed[0], nn.BatchNorm1d(8), *list(normed)[1:])
    graphs = [graph(mlp_loss(net), net=net, title=title) for net, title in ((plain, "plain"), (normed, "normed"))]
    shown = show(page(*graphs))
    shown.press("Home", *["ArrowRight"] * 5)
    assert shown.current == [_op(graphs[0], "tanh"), _op(graphs[1], "tanh")]
    shown.press("ArrowRight")
    # The one without the batch norm waits where it is.
    assert shown.current == [_op(graphs[0], "tanh"), _op(graphs[1], "batch_norm")]


def _op(made: Any, name: str) -> str:
    return next(node.id for node in made.view.nodes if node.op == name)


def test_names_are_text(show: Show) -> None:
    bad = "</script><img src=x onerror=document.title='caught'>"
    t = leaf(2.0, bad)
    shown = show(page(graph(np.tanh(t * t), title="<b>&amp;</title>"), title="{{data}}<i>"))
    assert shown.tab.title() == "{{data}}<i>"
    shown.tab.click('[data-id="leaf0"]')
    assert bad in shown.text("#panel h3")
    assert shown.tab.locator("img, h1 i").count() == 0


@pytest.mark.slow
def test_a_phone_has_room_for_it(show: Show) -> None:
    shown = show(page(drawn(*[2] * 8, 3)), width=390, height=844, has_touch=True)
    assert shown.tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.tab.eval_on_selector("svg.picture", "svg => svg.clientHeight") > 400
    shown.tab.tap('[data-id="loss"]')
    assert "The pass starts here" in shown.text("#panel")


def test_the_page_is_in_the_language_of_the_session(show: Show) -> None:
    """Every word that can be seen, pointed at or heard: in the drawing, the card, the panel, training, search, help."""
    messages.use("ko")
    _, made = trained(2, 4, 3)
    shown = show(page(made))
    seen = [shown.words()]
    shown.press("Home", "ArrowRight", "ArrowRight")
    for node in ("op0", "leaf0", "input0", "loss"):
        shown.tab.hover(f'[data-id="{node}"] .body')
        seen.append(shown.words())
        shown.tab.click(f'[data-id="{node}"] .body')
        seen.append(shown.words())
    shown.press("Escape", "m", "End")
    seen.append(shown.words())
    shown.press("m", "[")
    shown.tab.click('[data-id="layer1"]')
    seen.append(shown.words())
    shown.press("Escape", "/")
    for text in ("손실", "nowhere"):
        shown.tab.fill("#search", text)
        seen.append(shown.words())
    shown.press("Escape", "?")
    seen.append(shown.words())
    assert shown.tab.get_attribute("html", "lang") == "ko"
    assert "Noto Sans CJK KR" in shown.tab.evaluate("getComputedStyle(document.body).fontFamily")
    assert "손실" in seen[-3], "found by its Korean name"
    assert sorted(set(english("\n".join(seen), KNOWN))) == []


def test_no_korean_word_leaves_its_box(show: Show) -> None:
    messages.use("ko")
    shown = show(page(drawn(2, 8, 8, 3)))
    for keys in ((), ("[",)):
        shown.press(*keys)
        assert shown.tab.evaluate(OVER) == []
