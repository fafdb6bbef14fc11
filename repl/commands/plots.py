"""The commands that plot: curve, hist, boundary, surface, confusion, weights, plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict, Unpack

from ..arguments import AtLeast, Choice, Existing, File
from ..errors import StateError, UsageError, message, unknown
from ..messages import tr
from ..plan import Plan
from ..registry import command
from ..results import Plotted
from ..session import Session
from . import existing
from .catalog import choice, section, spelled
from .training import default_loss, fresh, is_fresh, need_fit

ACTIVATION = choice("activation function", "ACTIVATIONS")


class Picture(TypedDict, total=False):
    """The options of every command that draws: a file to write instead of showing it, and its colours."""

    svg: Annotated[str | None, File((".svg",)), "write a picture"]
    png: Annotated[str | None, File((".png",)), "write a bitmap"]
    pdf: Annotated[str | None, File((".pdf",)), "write a page"]
    theme: Annotated[Literal["light", "dark"], "colours of the picture"]


def _planned(
    session: Session,
    where: str,
    function: str,
    arguments: Sequence[str],
    *,
    making: Sequence[str] = (),
    picture: Picture,
) -> Plan:
    """Call a function of `repl.plots`, and show what it gives or write it to a file."""
    files = {"svg": picture.get("svg"), "png": picture.get("png"), "pdf": picture.get("pdf")}
    given = [(kind, path) for kind, path in files.items() if path is not None]
    if len(given) > 1:
        raise UsageError(
            message(where, tr("{given} files", given=len(given)), "one at a time", "write them one after the other")
        )
    theme = picture.get("theme", "light")
    settings = [] if theme == "light" else [f"theme={spelled(theme)}"]
    code = f"plots.{function}({', '.join([*arguments, *settings])})"
    path = ""
    if given:
        kind, path = given[0]
        path = path if path.lower().endswith(f".{kind}") else f"{path}.{kind}"
        code += f".save({spelled(path)})"

    def report(values: Sequence[Any]) -> Plotted:
        return Plotted(None, str(values[-1])) if path else Plotted(values[-1])

    return Plan((*making, code), report, script=(*making, code) if path else tuple(making))


def _loss_if_single(session: Session) -> list[str]:
    """The loss as an argument, where a network with one output needs it to say where class 1 begins."""
    loss = session.namespace.get("loss")
    if loss is None:
        return []
    from nn.training import evaluation

    return [] if evaluation.threshold_of(loss) is None else ["loss"]


def _runs(session: Session) -> Mapping[str, str]:
    return {name: "a run" for name, value in session.names().items() if hasattr(value, "history")}


@command("inspect")
def curve(
    session: Session,
    *runs: Annotated[str, "names of trainers, to compare; the present one if left out"],
    log: Annotated[bool, "a logarithmic axis"] = False,
    **picture: Unpack[Picture],
) -> Plan:
    """Plot the loss of every step: training, smoothed, and validation if there is any.

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > train 100
        > curve
        > curve --log --svg loss.svg
    """
    wanted = runs or ("trainer",)
    for name in wanted:
        if name not in session.namespace and runs:
            raise UsageError(unknown("curve", "run", name, _runs(session)))
        if not getattr(session.namespace.get(name), "history", session.namespace.get(name)):
            raise StateError(message("curve", "no step of training yet", "one or more", "do `train 200` first"))
    named = ", ".join(f"{spelled(name)}: {name}" for name in wanted)
    arguments = [f"{{{named}}}" if len(wanted) > 1 else wanted[0], *(["log=True"] if log else [])]
    return _planned(session, "curve", "loss_curve", arguments, picture=picture)


@command("inspect")
def hist(
    session: Session,
    kind: Annotated[Literal["activations", "weights", "gradients"], "of what"] = "activations",
    **picture: Unpack[Picture],
) -> Plan:
    """Plot how activations, weights or gradients are distributed, one histogram for each layer.

    Activations and gradients are those of the first 512 samples of the training data.

    Example:
        > data digits
        > net 64 relu
        > hist
        > hist gradients
        > hist weights --svg weights.svg
    """
    if kind == "weights":
        session.need("hist", "net")
    else:
        need_fit(session, "hist")
    making: tuple[str, ...] = ()
    arguments = ["net"] if kind == "weights" else ["net", "data.train"]
    if kind == "gradients":
        making = default_loss(session)
        session.need("hist", *(() if making else ("loss",)))
        arguments.append("loss")
    function = f"{kind.removesuffix('s')}_histograms"
    return _planned(session, "hist", function, arguments, making=making, picture=picture)


@command("inspect")
def boundary(
    session: Session,
    part: Annotated[Literal["train", "test"], "the samples that are shown"] = "train",
    **picture: Unpack[Picture],
) -> Plan:
    """Plot the class that the network sees at each place of the first two features that vary, and the samples.

    For two others say `plots.decision_boundary(net, data.train, features=(2, 3))`.

    Example:
        > data moons
        > net 16 tanh
        > optim adam lr=0.05
        > train 100
        > boundary
    """
    need_fit(session, "boundary")
    arguments = ["net", f"data.{part}", *_loss_if_single(session)]
    return _planned(session, "boundary", "decision_boundary", arguments, picture=picture)


def _optimizers() -> Mapping[str, str]:
    names = {name: entry.summary for name, entry in section("OPTIMIZERS").items()}
    return names | {"momentum": "sgd with momentum=0.9", "nesterov": "sgd with Nesterov's momentum of 0.9"}


@command("inspect")
def surface(
    session: Session,
    *optimizers: Annotated[
        str, Choice("optimiser", _optimizers, strict=False), "names, each with its learning rate if you like: adam=0.05"
    ],
    steps: Annotated[int, AtLeast(1), "how far each goes"] = 60,
    directions: Annotated[Literal["random", "pca"] | None, "the plane: pca holds the ways best"] = None,
    x: Annotated[str | None, "one number of a parameter as an axis, such as 0.weight[0,0]"] = None,
    y: Annotated[str | None, "the other; then only these two learn"] = None,
    seed: Annotated[int, "draws random directions"] = 0,
    **picture: Unpack[Picture],
) -> Plan:
    """Plot a slice of the loss through the weights, and the ways of optimisers from where the network is now.

    The network itself stays where it is. Random directions are as long as the weights, filter by filter (Li et al.
    2018).

    Example:
        > data moons
        > net 8 tanh
        > surface
        > surface sgd momentum adam=0.05 steps=40
        > surface sgd=2 adam=0.2 x=0.weight[0,0] y=0.weight[0,1] steps=20
    """
    making = default_loss(session)
    need_fit(session, "surface", *(() if making else ("loss",)))
    if (x is None) != (y is None):
        raise UsageError(message("surface", "one axis", "x and y, or neither", "say y=0.weight[0,1] too"))
    arguments = ["net", "data.train", "loss"]
    if optimizers:
        arguments += [f"optimizers={_rated(optimizers)}", f"steps={steps}"]
    if x is not None and y is not None:
        arguments.append(f"parameters=({spelled(x)}, {spelled(y)})")
    arguments += [f"directions={spelled(directions)}"] if directions else []
    arguments += [f"seed={seed}"] if seed else []
    return _planned(session, "surface", "loss_surface", arguments, making=making, picture=picture)


def _rated(words: Sequence[str]) -> str:
    """Optimisers with their learning rates as Python: a tuple of names, or a dict if one has a rate."""
    rates: dict[str, str] = {}
    for word in words:
        name, _, rate = word.partition("=")
        if name not in _optimizers() and not any(name in each.aliases for each in section("OPTIMIZERS").values()):
            raise UsageError(unknown("surface", "optimiser", name, _optimizers()))
        if name in rates:
            raise UsageError(
                message("surface", tr("{name} twice", name=name), "each optimiser once", "draw one after the other")
            )
        try:
            rates[name] = repr(float(rate)) if rate else "None"
        except ValueError:
            got, do = (
                tr("{name} with the learning rate {rate}", name=name, rate=repr(rate)),
                tr("say {name}=0.1", name=name),
            )
            raise UsageError(message("surface", got, "a number", do)) from None
    if set(rates.values()) == {"None"}:
        return f"({', '.join(map(spelled, rates))}{',' if len(rates) == 1 else ''})"
    return f"{{{', '.join(f'{spelled(name)}: {rate}' for name, rate in rates.items())}}}"


@command("inspect")
def confusion(
    session: Session,
    part: Annotated[Literal["test", "train"], "of which samples"] = "test",
    **picture: Unpack[Picture],
) -> Plan:
    """Show which classes the network takes for which.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.05
        > train 100
        > confusion
    """
    need_fit(session, "confusion")
    arguments = ["net", f"data.{part}", *_loss_if_single(session)]
    return _planned(session, "confusion", "confusion", arguments, picture=picture)


@command("inspect")
def weights(
    session: Session,
    count: Annotated[int, AtLeast(1), "how many units"] = 16,
    **picture: Unpack[Picture],
) -> Plan:
    """Show the weights of the first layer as pictures: what each of its units looks for.

    Example:
        > data digits
        > net 32 relu
        > weights
        > weights 8 --png units.png
    """
    session.need("weights", "net")
    arguments = ["net", *([f"count={count}"] if count != 16 else [])]
    return _planned(session, "weights", "weight_images", arguments, picture=picture)


@command("inspect")
def plot(
    session: Session,
    kind: Annotated[Literal["activation", "flow", "images", "drift"], "what to plot"],
    name: Annotated[str, Existing(existing.subjects), "of activation: which; of drift: which layer"] = "",
    *,
    steps: Annotated[int, AtLeast(1), "of drift: how far to look ahead"] = 200,
    **picture: Unpack[Picture],
) -> Plan:
    """Plot an activation function with its slope, the gradient by layer, samples as pictures, or a layer's input.

    `plot activation tanh`: the function and its slope. `plot flow`: the size of the gradient in each layer. `plot
    images`: samples of the test data, and what the network takes them for. `plot drift`: how the input of a layer
    would move over the next steps, tried on a copy.

    Example:
        > plot activation tanh
        > data digits
        > net 32 relu
        > plot flow
        > plot images
        > optim adam lr=0.01
        > plot drift steps=50
    """
    making: tuple[str, ...] = ()
    if name and kind in ("flow", "images"):
        raise UsageError(
            message(
                "plot",
                tr("{name} after {kind}", name=repr(name), kind=kind),
                "nothing more",
                tr("say `plot {kind}`", kind=kind),
            )
        )
    match kind:
        case "activation":
            if not name:
                raise UsageError(message("plot", "no name", "an activation function", "try `plot activation tanh`"))
            function, arguments = "activation_function", [spelled(ACTIVATION.find("plot", name))]
        case "flow":
            ran = is_fresh(session) and session.namespace["trainer"].history
            making = () if ran else default_loss(session)
            need_fit(session, "plot", *(() if making else ("loss",)))
            function, arguments = "gradient_flow", ["trainer"] if ran else ["net", "data.train", "loss"]
        case "images":
            session.need("plot", "data")
            function, arguments = "images", ["data", *(["net"] if session.namespace.get("net") is not None else [])]
        case _:
            making = fresh(session, "plot")
            function = "input_drift"
            arguments = ["trainer", *([spelled(name)] if name else []), f"steps={steps}"]
    return _planned(session, "plot", function, arguments, making=making, picture=picture)
