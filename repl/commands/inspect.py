"""The commands that look at what there is: show, summary, flow. They change nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..messages import marked, tr
from ..registry import command
from ..results import Flow, FlowRow, FlowVerdict, LayerRow, Overview, Score, Summary
from ..session import PARTS, Plan, Session
from .training import BATCH_SIZE, default_loss, fresh, is_fresh, need_fit

LONGEST = 100  # characters of an object's repr in `show`


@command("inspect")
def show(session: Session) -> Plan:
    """Show what there is so far, and how good it is on the training and the test data.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > train 100
        > show
    """
    ready = all(session.namespace.get(name) is not None for name in PARTS)
    making = fresh(session, "show") if ready else ()
    measuring = ("trainer.evaluate(data.train)", "trainer.evaluate(data.test)") if ready else ()

    def report(values: Sequence[Any]) -> Overview:
        data = session.namespace.get("data")
        scores = [
            Score(part, len(getattr(data, part)), value.loss, value.accuracy)
            for part, value in zip(("train", "test"), values[-2:], strict=False)
        ]
        return Overview(tuple(_rows(session)), tuple(scores), _next(session))

    script = (*making, *(f"print({line})" for line in measuring))
    return Plan((*making, *measuring), report, script=script)


def _rows(session: Session) -> list[tuple[str, str]]:
    names = session.namespace
    rows = [(name, _brief(names.get(name))) for name in PARTS]
    starts = [entry.line.strip() for entry in session.history if entry.command in ("net", "init")]
    if starts and starts[-1].startswith("init"):
        rows.insert(2, ("init", starts[-1].removeprefix("init").strip()))
    if is_fresh(session):
        trainer = names["trainer"]
        made = {"steps": f"{trainer.step_count:,}", "size": trainer.loader.batch_size}
        told = tr("{steps} of batches of {size}", **made)
        if trainer.threads > 1:
            told += tr(", each divided over {count} threads", count=trainer.threads)
        if trainer.history:
            told += tr(", loss {loss} on the last batch", loss=f"{trainer.history[-1].loss:.4g}")
        rows.append((tr("steps"), told))
    return rows


def _brief(value: Any) -> str:
    """An object in one line."""
    import nn

    if value is None:
        return tr("none yet")
    if isinstance(value, nn.Sequential):
        return ", ".join(map(_brief, value))
    if isinstance(value, nn.Module) and not list(value.children()):
        return f"{type(value).__name__}({value.extra_repr()})".removesuffix("()")
    text = re.split(r"\n|  ", repr(value), maxsplit=1)[0]
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def _next(session: Session) -> str:
    """What to do next, while something is missing."""
    numbers = getattr(session.namespace.get("data"), "classes", 0) is None
    hints = {**PARTS, "loss": "loss mse"} if numbers else PARTS
    missing = [example for name, example in hints.items() if session.namespace.get(name) is None]
    if missing:
        return tr("Next: `{line}`", line=missing[0])
    ran = getattr(session.namespace.get("trainer"), "step_count", 0)
    return "" if ran else tr("Next: `{line}`", line="train 200")


@command("inspect")
def summary(session: Session) -> Plan:
    """Show the network as a tree: each layer, the shape that leaves it, and its parameters.

    Example:
        > data digits
        > net 64 relu
        > summary
    """
    (net,) = session.need("summary", "net")
    params = {id(each): each for each in net.parameters()}

    def report(_: object) -> Summary:
        shapes = _shapes(session, net)
        rows = [
            LayerRow(
                path=path,
                depth=path.count(".") + 1 if path else 0,
                kind=type(module).__name__,
                detail=module.extra_repr(),
                shape=shapes.get(path, ""),
                parameters=sum(each.size for each in module.parameters(recurse=False)),
            )
            for path, module in net.named_modules()
        ]
        trainable = sum(each.size for each in params.values() if each.requires_grad)
        return Summary(tuple(rows), sum(each.size for each in params.values()), trainable)

    return Plan((), report)


def _shapes(session: Session, net: Any) -> dict[str, str]:
    """The shape that leaves each module, by path: read off the tape of one pass over two samples."""
    from autograd import Tensor
    from autograd.tape import walk

    out = one_pass(session, net)
    shapes: dict[str, str] = {}
    for node in walk(out.node) if isinstance(out, Tensor) and out.node is not None else ():
        inner = ", ".join(["N", *map(str, node.out.shape[1:])])
        names = node.scope.path.split(".")
        for depth in range(len(names) + 1):  # what leaves a module last leaves those around it too, so far
            shapes[".".join(names[:depth])] = f"({inner})" if "," in inner else f"({inner},)"
    return shapes


def one_pass(session: Session, net: Any) -> Any:
    """What the network gives for two samples, with its tape; None where it does not fit them. Nothing stays behind."""
    from ..figures.subject import untouched

    data: Any = session.namespace.get("data")
    x = data.train.x[:2] if hasattr(data, "train") else _made_up(net)
    if x is None:
        return None
    try:
        with untouched(net):
            return net(x)
    except Exception:  # noqa: BLE001  # a net that does not fit the data has a tree all the same
        return None


def _made_up(net: Any) -> Any:
    """Two samples of zeros for a network that begins with a linear layer; None for any other."""
    import numpy as np

    import nn

    first = next((module for module in net.modules() if isinstance(module, nn.Linear)), None)
    return None if first is None else np.zeros((2, first.in_features), nn.get_default_dtype())


@command("inspect")
def flow(session: Session) -> Plan:
    """Show how large the gradient is in each layer, and whether it vanishes or explodes on its way to the input.

    It is the gradient of the last step, or before any step that of the first 32 samples. `rms` is the size of one
    parameter's gradient, so layers of different width can be compared.

    Example:
        > data digits
        > net 32 tanh 32 tanh
        > loss cross_entropy
        > flow
    """
    (net,) = session.need("flow", "net")
    trained = is_fresh(session) and session.namespace["trainer"].history
    code = ("trainer.history[-1].grad_norms",) if trained else default_loss(session)
    if not trained:
        need_fit(session, "flow", *(() if code else ("loss",)))

    def report(values: Sequence[Any]) -> Flow:
        norms = values[-1] if trained else _norms(session, net)
        rows = tuple(_flow_rows(net, norms))
        step = session.namespace["trainer"].step_count if trained else 0
        return Flow(rows, step, *_verdict(rows, trained or ()))

    return Plan(code, report, script=() if trained else code)


def _norms(session: Session, net: Any) -> dict[str, float]:
    """The norms of the gradient on the first samples; nothing of it stays behind."""
    from ..figures.subject import untouched

    data, loss = session.need("flow", "data", "loss")
    with untouched(net, loss):
        net.zero_grad()
        loss(net(data.train.x[:BATCH_SIZE]), data.train.y[:BATCH_SIZE]).backward()
        found = {name: each.grad for name, each in net.named_parameters()}
        return {name: math.hypot(*grad.data.ravel().tolist()) for name, grad in found.items() if grad is not None}


def _flow_rows(net: Any, norms: Mapping[str, float]) -> list[FlowRow]:
    modules = dict(net.named_modules())
    sizes = {name: each.size for name, each in net.named_parameters()}
    layers: dict[str, list[str]] = {}
    for name in norms:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    rows = []
    for layer, names in layers.items():
        whole = math.hypot(*(norms[name] for name in names))
        module = modules[layer]
        kind = f"{type(module).__name__}({module.extra_repr()})"
        rows.append(FlowRow(layer, kind, whole, whole / math.sqrt(sum(sizes[name] for name in names))))
    return rows


def _verdict(rows: Sequence[FlowRow], history: Sequence[Any]) -> tuple[FlowVerdict, str]:
    """The word and the sentence; by the same bounds as in the pictures and in `why`."""
    from nn.diagnosis import Balance

    last, balance = rows[-1], Balance.of(history)
    wrong = [row for row in rows if not math.isfinite(row.rms)]
    if wrong:
        told = marked("Not a number: the gradient of layer {layer} is {rms}. Try a smaller lr.")
        return "nan", tr(told, layer=wrong[-1].layer, rms=wrong[-1].rms)
    if balance.is_flat(row.rms for row in rows):
        told = marked(
            "Flat: no layer's gradient is above {rms}, so that steps change nothing. `why` looks for the cause."
        )
        return "flat", tr(told, rms=f"{max(row.rms for row in rows):.2g}")
    zero = [row for row in rows if row.rms == 0]
    if zero:
        told = marked("No gradient reaches layer {layer}: every path to it is cut. Try another init.")
        return "dead", tr(told, layer=zero[-1].layer)
    smallest, largest = min(rows, key=lambda row: row.rms), max(rows, key=lambda row: row.rms)
    if balance.judge(smallest.rms, last.rms) == "vanishing":
        told = marked(
            "Vanishing: in layer {layer} it is {times} times smaller than in the last. "
            "Try relu, another init, fewer layers."
        )
        return "vanishing", tr(told, layer=smallest.layer, times=f"{last.rms / smallest.rms:,.0f}")
    if balance.judge(largest.rms, last.rms) == "exploding":
        told = marked(
            "Exploding: in layer {layer} it is {times} times larger than in the last. Try an init with smaller weights."
        )
        return "exploding", tr(told, layer=largest.layer, times=f"{largest.rms / last.rms:,.0f}")
    share = f"{rows[0].rms / last.rms:.2g}"
    if float(share) > 1:
        told = marked("Healthy: the first layer's gradient is {times} times the last layer's.")
        return "healthy", tr(told, times=share)
    return "healthy", tr("Healthy: the first layer's gradient is {share} of the last layer's.", share=share)
