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


_CONV = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
_TRANSPOSE = {**_CONV, "output_padding": 0}
_AVG_POOL = {"stride": None, "padding": 0, "ceil_mode": False}
_MAX_POOL = {**_AVG_POOL, "dilation": 1}
_BATCH_NORM = {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True}
_RECURRENT = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
_ATTENTION = {"dropout": 0.0, "bias": True, "batch_first": False}
_ENCODER = {"dim_feedforward": 2048, "dropout": 0.1, "activation": "relu", "batch_first": False, "norm_first": False}
_MEAN = {"reduction": "mean"}
_LOG = {"reduction": "mean", "base": None}
LAYERS = _section(
    Entry("linear", "nn.Linear", "y = x @ weight.T + bias", {"bias": True}, ("dense", "fc")),
    Entry("bilinear", "nn.Bilinear", "a weight for each pair of two inputs", {"bias": True}),
    Entry("conv1d", "nn.Conv1d", "patterns of a kernel's length, found anywhere in a line", _CONV),
    Entry("conv2d", "nn.Conv2d", "patterns of a kernel's size, found anywhere in an image", _CONV, ("conv",)),
    Entry("conv_transpose1d", "nn.ConvTranspose1d", "a convolution backwards, which lengthens", _TRANSPOSE),
    Entry("conv_transpose2d", "nn.ConvTranspose2d", "a convolution backwards, which enlarges", _TRANSPOSE, ("deconv",)),
    Entry("max_pool1d", "nn.MaxPool1d", "the largest of each window of a line", _MAX_POOL),
    Entry("max_pool2d", "nn.MaxPool2d", "the largest of each window of an image", _MAX_POOL, ("pool", "maxpool")),
    Entry("avg_pool1d", "nn.AvgPool1d", "the average of each window of a line", _AVG_POOL),
    Entry("avg_pool2d", "nn.AvgPool2d", "the average of each window of an image", _AVG_POOL, ("avgpool",)),
    Entry("adaptive_avg_pool1d", "nn.AdaptiveAvgPool1d", "averages that cover a line of any length"),
    Entry("adaptive_avg_pool2d", "nn.AdaptiveAvgPool2d", "averages that cover an image of any size", {}, ("gap",)),
    Entry(
        "batch_norm1d", "nn.BatchNorm1d", "features at mean 0, variance 1 over the batch", _BATCH_NORM, ("bn", "bn1d")
    ),
    Entry("batch_norm2d", "nn.BatchNorm2d", "channels of images, the same", _BATCH_NORM, ("bn2d",)),
    Entry("layer_norm", "nn.LayerNorm", "each example's features at mean 0, variance 1", {"eps": 1e-5}, ("ln",)),
    Entry("group_norm", "nn.GroupNorm", "groups of each example's channels, the same", {"eps": 1e-5}, ("gn",)),
    Entry("instance_norm1d", "nn.InstanceNorm1d", "each channel of each line, the same", {"eps": 1e-5}),
    Entry("instance_norm2d", "nn.InstanceNorm2d", "each channel of each image, the same", {"eps": 1e-5}),
    Entry("cosine_similarity", "nn.CosineSimilarity", "how alike in direction two batches are", {"dim": 1}),
    Entry("pairwise_distance", "nn.PairwiseDistance", "how far apart two batches are", {"p": 2.0}),
    Entry("rms_norm", "nn.RMSNorm", "each example's features at mean square 1", {"eps": None}),
    Entry("dropout", "nn.Dropout", "sets elements to 0 at random in training", {"p": 0.5}, ("drop",)),
    Entry("dropout2d", "nn.Dropout2d", "sets whole channels to 0 at random in training", {"p": 0.5}, ("drop2d",)),
    Entry("embedding", "nn.Embedding", "a learned vector for each number", {"padding_idx": None}, ("embed",)),
    Entry("flatten", "nn.Flatten", "all axes but the batch as one", {"start_dim": 1, "end_dim": -1}),
    Entry("unflatten", "nn.Unflatten", "one axis as several, such as rows of pixels as images"),
    Entry("identity", "nn.Identity", "what goes in comes out"),
    Entry("zero_pad2d", "nn.ZeroPad2d", "a border of zeros around images", {}, ("pad",)),
    Entry("constant_pad1d", "nn.ConstantPad1d", "a border of one number around lines"),
    Entry("constant_pad2d", "nn.ConstantPad2d", "a border of one number around images"),
    Entry("glu", "nn.GLU", "half of the features, gated by the other half", {"dim": -1}),
    Entry("threshold", "nn.Threshold", "what is above a threshold, else a number"),
    Entry("rnn", "nn.RNN", "a state carried through a sequence", {**_RECURRENT, "nonlinearity": "tanh"}),
    Entry("lstm", "nn.LSTM", "a state and a gated memory beside it", _RECURRENT),
    Entry("gru", "nn.GRU", "a state that two gates keep or renew", _RECURRENT),
    Entry("rnn_cell", "nn.RNNCell", "one step of rnn", {"bias": True, "nonlinearity": "tanh"}),
    Entry("lstm_cell", "nn.LSTMCell", "one step of lstm", {"bias": True}),
    Entry("gru_cell", "nn.GRUCell", "one step of gru", {"bias": True}),
    Entry(
        "multihead_attention", "nn.MultiheadAttention", "averages of values, by queries and keys", _ATTENTION, ("mha",)
    ),
    Entry("transformer_encoder_layer", "nn.TransformerEncoderLayer", "attention, then two linear layers", _ENCODER),
    Entry("transformer_encoder", "nn.TransformerEncoder", "copies of an encoder layer, one after the other"),
)
ACTIVATIONS = _section(
    Entry("relu", "nn.ReLU", "max(x, 0): passes what is positive"),
    Entry("tanh", "nn.Tanh", "between -1 and 1, slope 1 at 0"),
    Entry("sigmoid", "nn.Sigmoid", "between 0 and 1, slope 1/4 at 0", {}, ("logistic",)),
    Entry(
        "leaky_relu", "nn.LeakyReLU", "relu with a small slope below 0", {"negative_slope": 0.01}, ("leaky", "lrelu")
    ),
    Entry("prelu", "nn.PReLU", "leaky relu that learns its slope", {"num_parameters": 1, "init": 0.25}),
    Entry("elu", "nn.ELU", "relu that bends to -alpha below 0", {"alpha": 1.0}),
    Entry("selu", "nn.SELU", "elu scaled to keep mean 0 and variance 1"),
    Entry("celu", "nn.CELU", "elu with slope 1 at 0 for any alpha", {"alpha": 1.0}),
    Entry("gelu", "nn.GELU", "x times the chance that a normal number is below it", {"approximate": "none"}),
    Entry("silu", "nn.SiLU", "x * sigmoid(x)", {}, ("swish",)),
    Entry("mish", "nn.Mish", "x * tanh(softplus(x))"),
    Entry("softplus", "nn.Softplus", "log(1 + exp(x)): relu without a corner", {"beta": 1.0, "threshold": 20.0}),
    Entry("relu6", "nn.ReLU6", "relu that stops at 6"),
    Entry("softsign", "nn.Softsign", "x / (1 + |x|): tanh that is slow to saturate"),
    Entry("hardtanh", "nn.Hardtanh", "x held between -1 and 1", {"min_val": -1.0, "max_val": 1.0}),
    Entry("hardsigmoid", "nn.Hardsigmoid", "sigmoid of straight lines"),
    Entry("hardswish", "nn.Hardswish", "silu of straight pieces"),
    Entry("hardshrink", "nn.Hardshrink", "0 within lambd of 0, else x", {"lambd": 0.5}),
    Entry("softshrink", "nn.Softshrink", "x moved towards 0 by lambd", {"lambd": 0.5}),
    Entry("tanhshrink", "nn.Tanhshrink", "x - tanh(x)"),
    Entry("log_sigmoid", "nn.LogSigmoid", "log(sigmoid(x))"),
    Entry("softmax", "nn.Softmax", "positive shares that sum to 1", {"dim": -1, "temperature": 1.0}),
    Entry("log_softmax", "nn.LogSoftmax", "log(softmax(x)), for the loss nll", {"dim": -1}),
    Entry("softmin", "nn.Softmin", "softmax of -x", {"dim": -1}),
)
LOSSES = _section(
    Entry(
        "cross_entropy",
        "nn.CrossEntropyLoss",
        "negative log-likelihood of the true class, on logits",
        {"reduction": "mean", "label_smoothing": 0.0, "base": None},
        ("ce", "crossentropy", "softmax"),
    ),
    Entry("mse", "nn.MSELoss", "mean squared error", _MEAN, ("mse_loss", "l2", "squared")),
    Entry("nll", "nn.NLLLoss", "minus the log-probability of the true class", _LOG, ("nll_loss",)),
    Entry("bce", "nn.BCELoss", "cross-entropy of probabilities of yes", _LOG, ("binary_cross_entropy",)),
    Entry("bce_with_logits", "nn.BCEWithLogitsLoss", "the same on logits", _LOG, ("bce_logits", "logits")),
    Entry("kl_div", "nn.KLDivLoss", "how far one distribution is from another", _LOG, ("kl",)),
    Entry("l1", "nn.L1Loss", "mean absolute error", _MEAN, ("mae", "absolute")),
    Entry("smooth_l1", "nn.SmoothL1Loss", "squared up to beta, absolute beyond", {**_MEAN, "beta": 1.0}),
    Entry("huber", "nn.HuberLoss", "half squared up to delta, a line beyond", {**_MEAN, "delta": 1.0}),
    Entry("poisson_nll", "nn.PoissonNLLLoss", "counts, by the log of their rate", {**_MEAN, "full": False}),
    Entry("gaussian_nll", "nn.GaussianNLLLoss", "numbers, by their mean and variance", {**_MEAN, "full": False}),
    Entry("hinge_embedding", "nn.HingeEmbeddingLoss", "distances of like and unlike pairs", {**_MEAN, "margin": 1.0}),
    Entry("margin_ranking", "nn.MarginRankingLoss", "which of two should be larger", {**_MEAN, "margin": 0.0}),
    Entry("soft_margin", "nn.SoftMarginLoss", "log(1 + exp(-target * x)), targets 1 and -1", _MEAN),
    Entry(
        "multi_margin",
        "nn.MultiMarginLoss",
        "the true class ahead of others",
        {**_MEAN, "p": 1, "margin": 1.0},
        ("hinge",),
    ),
    Entry("triplet_margin", "nn.TripletMarginLoss", "like nearer than unlike", {**_MEAN, "margin": 1.0}, ("triplet",)),
    Entry("cosine_embedding", "nn.CosineEmbeddingLoss", "angles of like and unlike pairs", {**_MEAN, "margin": 0.0}),
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
_TRUNCATED = {"mean": 0.0, "std": 1.0, "a": -2.0, "b": 2.0}
INITS = _section(
    Entry("kaiming_normal", "nn.init.kaiming_normal_", "normal, variance 2/fan_in", _KAIMING, ("kaiming", "he")),
    Entry("kaiming_uniform", "nn.init.kaiming_uniform_", "the same, uniform", _KAIMING, ("he_uniform",)),
    Entry("xavier_normal", "nn.init.xavier_normal_", "normal, variance 2/(fan_in + fan_out)", _XAVIER),
    Entry("xavier_uniform", "nn.init.xavier_uniform_", "the same, uniform", _XAVIER, ("xavier", "glorot")),
    Entry("lecun_normal", "nn.init.lecun_normal_", "normal, variance 1/fan_in", {}, ("lecun",)),
    Entry("lecun_uniform", "nn.init.lecun_uniform_", "the same, uniform"),
    Entry("orthogonal", "nn.init.orthogonal_", "rows or columns at right angles, of length gain", _XAVIER),
    Entry("alexnet", "nn.init.alexnet_", "normal, deviation 0.01 whatever the widths", {"std": 0.01}),
    Entry("normal", "nn.init.normal_", "normal, of a given deviation", {"mean": 0.0, "std": 1.0}, ("gaussian",)),
    Entry("trunc_normal", "nn.init.trunc_normal_", "normal, drawn again outside a to b", _TRUNCATED),
    Entry("uniform", "nn.init.uniform_", "evenly from a to b", {"a": 0.0, "b": 1.0}),
    Entry("constant", "nn.init.constant_", "one number, val: units stay copies of each other", {}, ("const",)),
    Entry("zeros", "nn.init.zeros_", "all 0: no gradient gets past the last layer", {}, ("zero",)),
    Entry("ones", "nn.init.ones_", "all 1: units stay copies of each other", {}, ("one",)),
    Entry("eye", "nn.init.eye_", "the identity, for matrices", {}, ("identity",)),
    Entry("sparse", "nn.init.sparse_", "normal, the share sparsity of each column 0", {"std": 0.01}),
)
_PLANE = {"n": 200, "noise": 0.1, "seed": 0}
_CLASSES = {"n": 300, "noise": 0.1, "classes": 3, "seed": 0}
DATASETS = _section(
    Entry("digits", "nn.data.digits", "1,797 images of handwritten digits, 8x8, 10 classes (UCI)"),
    Entry("iris", "nn.data.iris", "150 flowers, 4 measures, 3 species (Fisher)"),
    Entry(
        "health",
        "nn.data.health",
        "the notes' table: height, weight, pressure, sex, body type",
        {"n": 200, "seed": 0},
    ),
    Entry("xor", "nn.data.xor", "four corners, the diagonals against each other", {**_PLANE, "noise": 0.2}),
    Entry("moons", "nn.data.moons", "two half circles that interlock", _PLANE),
    Entry("circles", "nn.data.circles", "rings around each other", {**_CLASSES, "n": 200, "noise": 0.05, "classes": 2}),
    Entry("spiral", "nn.data.spiral", "arms that wind out from the origin", _CLASSES),
    Entry("blobs", "nn.data.blobs", "clouds apart from each other", {**_CLASSES, "noise": 0.5}),
)
SCHEDULES = _section(
    Entry("step", "nn.optim.lr_scheduler.StepLR", "times gamma every step_size epochs", {"gamma": 0.1}),
    Entry("multi_step", "nn.optim.lr_scheduler.MultiStepLR", "times gamma at given epochs", {"gamma": 0.1}),
    Entry(
        "constant",
        "nn.optim.lr_scheduler.ConstantLR",
        "a share of the rate at first",
        {"factor": 1 / 3, "total_iters": 5},
    ),
    Entry(
        "linear",
        "nn.optim.lr_scheduler.LinearLR",
        "along a line: a warm-up",
        {"start_factor": 1 / 3, "end_factor": 1.0, "total_iters": 5},
        ("warmup",),
    ),
    Entry("exponential", "nn.optim.lr_scheduler.ExponentialLR", "times gamma every epoch"),
    Entry("polynomial", "nn.optim.lr_scheduler.PolynomialLR", "a power, down to 0", {"total_iters": 5, "power": 1.0}),
    Entry(
        "cosine",
        "nn.optim.lr_scheduler.CosineAnnealingLR",
        "half a cosine down",
        {"eta_min": 0.0},
        ("cosine_annealing",),
    ),
    Entry(
        "warm_restarts",
        "nn.optim.lr_scheduler.CosineAnnealingWarmRestarts",
        "cosines that begin again",
        {"T_mult": 1, "eta_min": 0.0},
        ("restarts", "sgdr"),
    ),
    Entry(
        "one_cycle",
        "nn.optim.lr_scheduler.OneCycleLR",
        "up and down once, step by step",
        {"total_steps": None, "pct_start": 0.3, "anneal_strategy": "cos", "div_factor": 25.0, "final_div_factor": 1e4},
    ),
    Entry(
        "cyclic",
        "nn.optim.lr_scheduler.CyclicLR",
        "up and down again and again, step by step",
        {"step_size_up": 2000, "mode": "triangular", "gamma": 1.0},
    ),
    Entry(
        "plateau",
        "nn.optim.lr_scheduler.ReduceLROnPlateau",
        "times factor when nothing gets better",
        {"mode": "min", "factor": 0.1, "patience": 10, "threshold": 1e-4, "cooldown": 0},
    ),
)
SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "layer": LAYERS,
        "activation": ACTIVATIONS,
        "loss": LOSSES,
        "optimizer": OPTIMIZERS,
        "init": INITS,
        "dataset": DATASETS,
        "schedule": SCHEDULES,
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
