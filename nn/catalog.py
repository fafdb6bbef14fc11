"""What nn has, as one line each: the shell's words, and the tables of the documentation, are read from here.

    catalog.ACTIVATIONS["relu"].target            'nn.ReLU'
    catalog.find(catalog.INITS, "he").name        'kaiming_normal'

A new layer, loss or optimiser is a class and a line here. Nothing is imported or loaded by reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from autograd.errors import message

from .errors import ConfigError


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that nn has.

    `target` is how it is written in Python (for an initialiser: the scheme's function), `defaults` the options that
    may be given by keyword, with the values that they have otherwise, `aliases` other words for it.
    """

    name: str
    target: str
    summary: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    def load(self) -> Any:
        """The class or function itself.

        Example:
            >>> LOSSES["mse"].load()
            <class 'nn.losses.regression.MSELoss'>
        """
        found: Any = import_module(__package__)
        for part in self.target.split(".")[1:]:
            found = getattr(found, part)
        return found


Section = Mapping[str, Entry]


def _section(*entries: Entry) -> Section:
    return MappingProxyType({entry.name: entry for entry in entries})


LAYERS = _section(
    Entry("linear", "nn.Linear", "y = x @ weight.T + bias", {"bias": True}, ("dense", "fc")),
)
ACTIVATIONS = _section(
    Entry("relu", "nn.ReLU", "max(x, 0): passes what is positive"),
    Entry("tanh", "nn.Tanh", "between -1 and 1, slope 1 at 0"),
    Entry("sigmoid", "nn.Sigmoid", "between 0 and 1, slope 1/4 at 0", {}, ("logistic",)),
)
LOSSES = _section(
    Entry(
        "cross_entropy",
        "nn.CrossEntropyLoss",
        "negative log-likelihood of the true class, on logits",
        {"reduction": "mean"},
        ("ce", "crossentropy", "softmax"),
    ),
    Entry("mse", "nn.MSELoss", "mean squared error", {"reduction": "mean"}, ("mse_loss", "l2", "squared")),
)
_ADAM = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
OPTIMIZERS = _section(
    Entry(
        "sgd",
        "nn.optim.SGD",
        "gradient descent, with momentum if wanted",
        {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False, "maximize": False},
    ),
    Entry(
        "adam",
        "nn.optim.Adam",
        "a step size for each parameter, from running means",
        {"lr": 1e-3, **_ADAM, "amsgrad": False},
    ),
    Entry(
        "adamw",
        "nn.optim.AdamW",
        "Adam with weight decay apart from the gradient",
        {"lr": 1e-3, **_ADAM, "weight_decay": 1e-2, "amsgrad": False},
    ),
    Entry("nadam", "nn.optim.NAdam", "Adam with Nesterov's look ahead", {"lr": 2e-3, **_ADAM, "momentum_decay": 4e-3}),
    Entry("radam", "nn.optim.RAdam", "Adam that starts with small steps", {"lr": 1e-3, **_ADAM}),
    Entry("adamax", "nn.optim.Adamax", "Adam with the largest recent gradient", {"lr": 2e-3, **_ADAM}),
    Entry(
        "rmsprop",
        "nn.optim.RMSprop",
        "the gradient over its running root mean square",
        {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False},
    ),
    Entry(
        "adagrad",
        "nn.optim.Adagrad",
        "steps shrink with all gradients so far",
        {"lr": 1e-2, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
    ),
    Entry(
        "adadelta",
        "nn.optim.Adadelta",
        "steps in the unit of the parameter",
        {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
    ),
    Entry(
        "rprop",
        "nn.optim.Rprop",
        "step sizes that follow the gradient's signs",
        {"lr": 1e-2, "etas": (0.5, 1.2), "step_sizes": (1e-6, 50.0)},
    ),
    Entry(
        "delta_bar_delta",
        "nn.optim.DeltaBarDelta",
        "a rate for each weight, from its gradient's signs",
        {"lr": 1e-2, "kappa": 0.05, "phi": 0.05, "theta": 0.7, "gains": (0.01, 100.0), "weight_decay": 0.0},
        ("dbd",),
    ),
    Entry(
        "asgd",
        "nn.optim.ASGD",
        "a falling rate, and an average of the weights",
        {"lr": 1e-2, "lambd": 1e-4, "alpha": 0.75, "t0": 1e6, "weight_decay": 0.0},
    ),
)
_KAIMING = {"a": 0.0, "mode": "fan_in", "nonlinearity": "leaky_relu"}
_XAVIER = {"gain": 1.0}
INITS = _section(
    Entry("kaiming_normal", "nn.init.kaiming_normal_", "normal, variance 2/fan_in", _KAIMING, ("kaiming", "he")),
    Entry("kaiming_uniform", "nn.init.kaiming_uniform_", "the same, uniform", _KAIMING, ("he_uniform",)),
    Entry("xavier_normal", "nn.init.xavier_normal_", "normal, variance 2/(fan_in + fan_out)", _XAVIER),
    Entry("xavier_uniform", "nn.init.xavier_uniform_", "the same, uniform", _XAVIER, ("xavier", "glorot")),
    Entry("normal", "nn.init.normal_", "normal, of a given deviation", {"mean": 0.0, "std": 1.0}, ("gaussian",)),
    Entry("uniform", "nn.init.uniform_", "evenly from a to b", {"a": 0.0, "b": 1.0}),
    Entry("constant", "nn.init.constant_", "one number, val: units stay copies of each other", {}, ("const",)),
    Entry("zeros", "nn.init.zeros_", "all 0: no gradient gets past the last layer", {}, ("zero",)),
    Entry("ones", "nn.init.ones_", "all 1: units stay copies of each other", {}, ("one",)),
)
_PLANE = {"n": 200, "noise": 0.1, "seed": 0}
_CLASSES = {"n": 300, "noise": 0.1, "classes": 3, "seed": 0}
DATASETS = _section(
    Entry("digits", "nn.data.digits", "1,797 images of handwritten digits, 8x8, 10 classes (UCI)"),
    Entry("iris", "nn.data.iris", "150 flowers, 4 measures, 3 species (Fisher)"),
    Entry("xor", "nn.data.xor", "four corners, the diagonals against each other", {**_PLANE, "noise": 0.2}),
    Entry("moons", "nn.data.moons", "two half circles that interlock", _PLANE),
    Entry("circles", "nn.data.circles", "rings around each other", {**_CLASSES, "n": 200, "noise": 0.05, "classes": 2}),
    Entry("spiral", "nn.data.spiral", "arms that wind out from the origin", _CLASSES),
    Entry("blobs", "nn.data.blobs", "clouds apart from each other", {**_CLASSES, "noise": 0.5}),
)
SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "layer": LAYERS,
        "activation": ACTIVATIONS,
        "loss": LOSSES,
        "optimizer": OPTIMIZERS,
        "init": INITS,
        "dataset": DATASETS,
    }
)


def find(section: Section, word: str) -> Entry:
    """The entry of a section that is called `word`, or has it as an alias; capitals and dashes do not matter.

    Raises ConfigError, with the nearest name, when there is none.

    Example:
        >>> find(INITS, "He").target
        'nn.init.kaiming_normal_'
    """
    names = {alias: entry for entry in section.values() for alias in (entry.name, *entry.aliases)}
    plain = word.lower().replace("-", "_")
    if plain in names:
        return names[plain]
    from difflib import get_close_matches  # only for a message

    near = get_close_matches(plain, names, 1)
    do = f"did you mean {names[near[0]].name!r}" if near else "choose one of them"
    raise ConfigError(message("catalog", repr(word), f"one of {', '.join(section)}", do))
