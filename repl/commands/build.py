"""The commands that make things: data, net, init, loss, optim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from ..arguments import Choice
from ..errors import UsageError, message
from ..messages import marked, tr
from ..registry import command
from ..results import Note
from ..session import Plan, Session
from . import architecture
from .catalog import arguments, choice, section, settings, spelled


def _is_real(entry: Any) -> bool:
    """Whether a data set was measured; the others are drawn, on a scale that suits networks already."""
    return "seed" not in entry.defaults


def _splitting(entry: Any) -> Mapping[str, Any]:
    return {"test": 0.25, "seed": 0, "standardize": _is_real(entry)}


def _told(data: Any) -> str:
    """What is in data with a test part, in a line."""
    train, held, features = data.train, data.validation, data.train.features
    sizes = {"name": data.name, "train": f"{len(train):,}", "test": f"{len(data.test):,}"}
    told = [tr("{name}: {train} train + {test} test samples", **sizes)]
    if held is not None:
        sizes["validation"] = f"{len(held):,}"
        told = [tr("{name}: {train} train + {validation} validation + {test} test samples", **sizes)]
    if train.image_shape is not None:
        size = "{}x{}".format(*train.image_shape)
        told.append(tr("{count} features ({size} images)", count=features, size=size))
    else:
        told.append(tr("1 feature") if features == 1 else tr("{count} features", count=features))
    told.append(tr("{count} classes", count=train.classes) if train.classes else tr("numbers to predict"))
    return ", ".join([*told, tr("standardized")] if data.scale is not None else told)


@dataclass(frozen=True, slots=True)
class _DataSet(Choice):
    """The name of a data set; who gives a file is told how to load it."""

    def find(self, where: str, word: str) -> str:
        if self.named(word) is None and word.lower().endswith((".csv", ".tsv", ".txt")):
            reading = f"data = nn.data.read_csv({spelled(word)}).dataset(target={spelled('NAME')}).split(test=0.25)"
            raise UsageError(
                message(
                    where,
                    tr("the file {word}", word=repr(word)),
                    "the name of a data set",
                    tr("read it by `{reading}`", reading=reading),
                )
            )
        return Choice.find(self, where, word)


_NAMES = choice("data set", "DATASETS")


@command("build")
def data(
    session: Session,
    name: Annotated[str, _DataSet(_NAMES.kind, _NAMES.names, _NAMES.aliases), "which data"],
    **options: Annotated[Any, settings("name", "DATASETS", _splitting), "how many, how noisy, how split"],
) -> Plan:
    """Load data, or make some, and set a part aside for testing.

    A quarter is held out (`test=0.25`). Measured data are standardised: each feature gets mean 0 and standard
    deviation 1 over the training part.

    A table of your own: `data = nn.data.read_csv("my.csv").dataset(target="NAME").split(test=0.25, standardize=True)`,
    where NAME is the column to be predicted.

    Example:
        > data spiral n=300 noise=0.1
        > data digits
    """
    entry = section("DATASETS")[name]
    chosen = {**entry.defaults, **_splitting(entry), **options}
    making = {key: chosen[key] for key in entry.defaults}
    split = {"test": chosen["test"], "seed": chosen["seed"]}
    if chosen["standardize"]:
        split["standardize"] = True
    code = f"data = {entry.target}({arguments(making)}).split({arguments(split)})"

    def report(_: object) -> Note:
        made = session.namespace["data"]
        note = _told(made)
        ends = architecture.ends(session.namespace.get("net"))
        outputs = made.classes if ends and made.classes is not None else ends and ends[1]
        if ends and ends != (made.features, outputs):
            told = marked(
                "The net takes {features} features to {outputs} outputs and does not fit any more: build another."
            )
            note += "\n" + tr(told, features=ends[0], outputs=ends[1])
        return Note(note)

    return Plan((code,), report)


@command("build")
def net(
    session: Session,
    *layers: Annotated[str, architecture.LAYER, "widths, activations, and other layers"],
    seed: Annotated[int, "draws the first weights"] = 0,
) -> Plan:
    """Build a network, layer after layer.

    A number is the width of a linear layer. Two numbers at the start are the input and the first width; otherwise the
    input comes from the data. A number at the end is the output; otherwise a last layer to the classes of the data
    is added.

    `bn` and `ln` norm what the layer before gives out, `drop=0.2` drops a share of it. `conv 8@3` has 8 kernels of 3x3
    (`8@3s2p1`: stride 2, padding 1), `pool 2` keeps the largest of each 2x2; data that are small images are taken as
    images then.

    Example:
        > net 2 16 tanh 16 tanh 3
        > data digits
        > net 128 bn relu drop=0.2
        > net conv 8@3 relu pool 2 conv 16@3 relu flatten
    """
    made = architecture.read(layers, session.namespace.get("data"))
    code = [f"nn.manual_seed({seed})", f"net = {made.code}"]
    if optimizer := session.made("optimizer"):
        code.append(optimizer)  # it held the parameters of the network before

    def report(_: object) -> Note:
        count = sum(parameter.size for parameter in session.namespace["net"].parameters())
        ends = {"inputs": made.inputs, "outputs": made.outputs, "count": f"{count:,}"}
        if len(made.layers) == 1:
            return Note(tr("1 layer from {inputs} to {outputs}, {count} parameters", **ends))
        return Note(
            tr("{layers} layers from {inputs} to {outputs}, {count} parameters", layers=len(made.layers), **ends)
        )

    return Plan(tuple(code), report)


# What a scheme cannot do without, and nn gives no default for.
_NEEDED: Mapping[str, Mapping[str, Any]] = {"constant": {"val": 0.5}, "sparse": {"sparsity": 0.5}}


def _drawing(entry: Any) -> Mapping[str, Any]:
    return {**_NEEDED.get(entry.name, {}), "seed": 0}


@command("build")
def init(
    session: Session,
    scheme: Annotated[str, choice("scheme", "INITS"), "how the weights are drawn; biases become 0"],
    **options: Annotated[Any, settings("scheme", "INITS", _drawing), "the scheme's settings"],
) -> Plan:
    """Draw the weights of the network anew, by a scheme of your choice.

    Training starts again: the optimiser forgets what it has seen.

    Example:
        > data digits
        > net 64 relu
        > init kaiming
    """
    session.need("init", "net")
    options = {**_drawing(section("INITS")[scheme]), **options}
    code = [f'nn.init.initialize_(net, "{scheme}", {arguments(options)})']
    trained = getattr(session.namespace.get("trainer"), "step_count", 0) > 0
    optimizer = session.made("optimizer")
    if trained and optimizer:
        code.append(optimizer)

    def report(_: object) -> Note:
        weights = [each for each in session.namespace["net"].parameters() if each.ndim >= 2]
        spread = ", ".join(f"{float(weight.readonly.std(dtype=float)):.3g}" for weight in weights)
        return Note(tr("standard deviation of the weights, layer by layer: {spread}", spread=spread))

    return Plan(tuple(code), report)


@command("build")
def loss(
    session: Session,
    name: Annotated[str, choice("loss", "LOSSES"), "what is made small"],
    **options: Annotated[Any, settings("name", "LOSSES"), "its settings"],
) -> Plan:
    """Choose what training makes small.

    Example:
        > loss cross_entropy
    """
    entry = section("LOSSES")[name]
    return Plan((f"loss = {entry.target}({arguments(options)})",), lambda _: Note(tr(entry.summary)))


@command("build")
def optim(
    session: Session,
    name: Annotated[str, choice("optimiser", "OPTIMIZERS"), "the rule that updates the weights"],
    **options: Annotated[Any, settings("name", "OPTIMIZERS"), "its settings"],
) -> Plan:
    """Choose the rule that updates the weights, and its learning rate `lr`.

    Example:
        > data iris
        > net 8 tanh
        > optim sgd lr=0.1 momentum=0.9
        > optim adam lr=0.01
    """
    session.need("optim", "net")
    entry = section("OPTIMIZERS")[name]
    options = {"lr": entry.defaults["lr"]} | options
    code = f"optimizer = {entry.target}(net.parameters(), {arguments(options)})"
    return Plan((code,), lambda _: Note(tr(entry.summary)))
