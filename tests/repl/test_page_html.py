"""The page as a file: its data, its policy, its size, its errors, and the command that writes it."""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd.errors import GraphError
from repl import graph, page
from repl.errors import FileError, UsageError
from repl.views.page.content import number

from .conftest import ROOT, Shell
from .graphs import leaf, mlp, mlp_loss
from .pages import content, drawn, trained

KB = 1024


def test_scripts_and_style_are_allowed_by_their_hashes_alone() -> None:
    text = page(drawn(2, 4, 3)).html
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in html.unescape(policy)


def test_nothing_is_loaded_and_no_element_has_a_style_of_its_own() -> None:
    text = page(drawn(2, 4, 3)).html
    body, _, scripts = text.partition('<script type="application/json"')
    assert re.findall(r'\b(?:src|srcset|action)="', text) == []
    assert re.findall(r'\bhref="([^"]*)"', text) == ["data:,"]
    assert re.findall(r"\s(?:style|on\w+)=", body[body.index("<body>") :]) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", scripts) == []


def test_names_cannot_leave_their_place() -> None:
    bad = "</script><!--{{style}}<script>\u2028\x00\ud800"
    t = leaf(2.0, bad)
    made = page(graph(np.tanh(t * t), title=bad), title=bad)
    text = made.html
    assert text.count("</script>") == 2
    assert text.count("<script") == 2
    assert "{{style}}<script>" in content(made)["title"]
    assert "\u2028" not in content(made)["title"]
    text.encode()  # no half of a pair is left


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert page(drawn(2, 8, 3)).html == page(drawn(2, 8, 3)).html


def test_numbers_that_are_not_finite_are_texts() -> None:
    assert [number(x) for x in (math.nan, math.inf, -math.inf, 1 / 3)] == [
        "NaN", "Infinity", "-Infinity", 0.333333,
    ]  # fmt: skip
    x = leaf(np.array([1e200, 1.0]), "x")
    with np.errstate(over="ignore"):
        loss = (x * x * x).sum()
    (run,) = content(page(graph(loss)))["runs"]
    assert any("Infinity" in (node.get("gradient") or ()) for node in run["nodes"])


def test_the_size_is_bounded() -> None:
    small = len(page(drawn(2, 4, 3)).html.encode())
    x = leaf(1.0, "x")
    for _ in range(10_000):
        x = x * 1.0001
    made = page(graph(x))
    assert small < 130 * KB
    assert len(made.html.encode()) < 1200 * KB
    (run,) = content(made)["runs"]
    assert run["total"] == 10_002
    assert len(run["nodes"]) <= 1500
    assert run["steps"] == 10_000
    stops = sum(moment.get("stops", 1) for moment in run["moments"])
    assert stops == 10_000, "none is dropped: those in a sealed card are counted"


def test_a_long_training_run_is_thinned_and_says_so() -> None:
    trainer, made = trained(2, 4, 3, steps=400)
    (run,) = content(page(made))["runs"]
    history = run["history"]
    assert (history["recorded"], len(history["steps"])) == (400, 160)
    assert (history["steps"][0], history["steps"][-1]) == (1, 400)
    assert history["loss"][-1] == pytest.approx(trainer.history[-1].loss, rel=1e-5)
    assert history["names"] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert history["rms"][-1][0] == pytest.approx(trainer.history[-1].grad_norms["0.weight"] / math.sqrt(8), rel=1e-5)


def test_two_passes_are_laid_side_by_side() -> None:
    plain, normed = mlp(2, 8, 3), mlp(2, 8, 3)
    normed = nn.Sequential(normed[0], nn.BatchNorm1d(8), *list(normed)[1:])
    made = content(page(graph(mlp_loss(plain), net=plain), graph(mlp_loss(normed), net=normed)))
    left, right = ([moment["op"] for moment in run["moments"]] for run in made["runs"])
    ticks = made["ticks"]
    assert ticks[-1] == [len(left), len(right)]
    assert all(a <= c <= a + 1 and b <= d <= b + 1 for (a, b), (c, d) in zip([[0, 0], *ticks], ticks, strict=False))
    assert all(left[a - 1] == right[b - 1] for a, b in ticks if right[b - 1] != "batch_norm")


def test_other_activations_go_step_by_step() -> None:
    graphs = [drawn(2, 8, 8, 3, activation=kind) for kind in (nn.Sigmoid, nn.ReLU)]
    made = content(page(*graphs))
    assert made["ticks"] == [[i + 1, i + 1] for i in range(len(made["runs"][0]["moments"]))]


def test_a_part_of_a_graph_has_the_stops_of_that_part() -> None:
    net = mlp(2, 8, 8, 3)
    made = graph(mlp_loss(net), net=net, focus="2.weight", depth=1)
    (run,) = content(page(made))["runs"]
    assert {moment["node"] for moment in run["moments"]} <= {node["id"] for node in run["nodes"]}
    assert 0 < len(run["moments"]) < 12


def test_a_failed_forward_pass_has_a_page_without_a_pass() -> None:
    net = nn.Sequential(nn.Linear(2, 4), nn.Linear(5, 3))
    with pytest.raises(Exception, match="got x of shape") as caught:
        net(np.ones((3, 2), np.float32))
    made = content(page(graph(caught.value)))
    assert made["ticks"] == []
    (failed,) = (node for node in made["runs"][0]["nodes"] if node["kind"] == "failed")
    assert failed["notes"] == ["got x of shape (3, 4)", "expected (N, 5)"]


def test_saving(tmp_path: Path) -> None:
    made = drawn(2, 4, 3)
    assert made.save(tmp_path / "a.html").path.read_text("utf-8") == page(made).html
    assert page(made).save(tmp_path / "b.html") == tmp_path / "b.html"
    with pytest.raises(UsageError, match=r"page: got the file 'a.svg'; expected a name that ends in \.html"):
        page(made).save("a.svg")
    with pytest.raises(FileError, match=r"page: got .*missing"):
        page(made).save(tmp_path / "missing" / "a.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_one_graph_or_two() -> None:
    made = drawn(2, 4, 3)
    for graphs in ([], [made] * 3):
        with pytest.raises(UsageError, match=f"page: got {len(graphs)} graphs; expected one, or two to compare"):
            page(*graphs)
    with pytest.raises(UsageError, match='theme=\'red\'; expected "light", "dark" or "auto"'):
        page(made, theme="red")


def test_after_backward_the_error_says_what_to_do(tmp_path: Path) -> None:
    net = mlp(2, 4, 3)
    loss = mlp_loss(net)
    made = graph(loss, net=net)
    loss.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        made.save(tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_the_theme_is_the_readers_unless_it_is_chosen() -> None:
    assert 'data-choice="auto"' in page(drawn(2, 4, 3)).html
    assert 'data-choice="dark"' in page(drawn(2, 4, 3, theme="dark")).html
    assert 'data-choice="light"' in page(drawn(2, 4, 3, theme="dark"), theme="light").html


def test_a_notebook_shows_it_in_a_frame() -> None:
    made = page(drawn(2, 4, 3))
    (inside,) = re.findall(r'^<iframe srcdoc="([^"]*)"', made._repr_html_())
    assert html.unescape(inside) == made.html


def test_the_command_writes_a_page(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell.quick()
    shell.run("graph --html before")
    assert '"history":null' in Path("before.html").read_text("utf-8")
    shell.run("train 3", "graph after.html")
    assert '"recorded":3' in Path("after.html").read_text("utf-8")
    assert shell.echoes[-1].endswith('net=net, history=trainer.history).save("after.html")')


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "pictures").glob("page_*.html")), ids=lambda path: path.stem)
def test_the_examples_of_the_docs_are_made_by_these_scripts(path: Path) -> None:
    text, now = path.read_text("utf-8"), page(drawn(2, 4, 3)).html
    for tag in ("script", "style"):
        assert re.findall(rf"<{tag}>.*?</{tag}>", text, re.DOTALL) == re.findall(
            rf"<{tag}>.*?</{tag}>", now, re.DOTALL
        ), "run python docs/draw_pages.py"
    assert len(text.encode()) < 300 * KB


ASSETS = sorted(
    path for path in (ROOT / "repl" / "views" / "page").iterdir() if path.suffix in (".js", ".css", ".html")
)


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_scripts_are_written_to_be_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 400
    assert [line for line in lines if len(line) > 120] == []
    if path.suffix == ".js":
        assert lines[0].startswith("// "), "the first line says what it does"
        assert not re.search(r"\bvar |(?<![=!])==(?!=)|TODO|console\.", "\n".join(lines))
