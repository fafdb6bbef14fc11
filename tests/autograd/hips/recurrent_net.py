"""A recurrent net that learns to continue a line of text, letter by letter; its parameters are a dict.

Written for HIPS autograd. `python recurrent_net.py` prints the numbers that `recurrent_net.json` holds.
"""

import json

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, value_and_grad
from autograd.builtins import isinstance, list  # noqa: A004  # as HIPS asks for
from autograd.extend import defjvp, defvjp, primitive
from autograd.misc import flatten
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam
from autograd.scipy.special import expit, logsumexp
from autograd.test_util import check_grads

TEXT = "the rain in spain stays mainly in the plain. "
LETTERS = sorted(set(TEXT))
WIDTH = 12


@primitive
def softplus(x):
    """log(1 + exp(x)), from the side on which it does not overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


defvjp(softplus, lambda ans, x: lambda g: g * 0.5 * (np.tanh(0.5 * x) + 1.0))
defjvp(softplus, lambda g, ans, x: g * 0.5 * (np.tanh(0.5 * x) + 1.0))


def one_hot(text):
    return np.array([[float(letter == other) for other in LETTERS] for letter in text])


def make_params(rs, scale=0.3):
    inputs = len(LETTERS)
    return {
        "start": {"hidden": scale * rs.randn(WIDTH)},
        "gate": [scale * rs.randn(inputs + WIDTH, WIDTH), np.ones(WIDTH)],
        "change": [scale * rs.randn(inputs + WIDTH, WIDTH), np.zeros(WIDTH)],
        "predict": (scale * rs.randn(WIDTH, inputs), np.zeros(inputs)),
    }


def affine(pair, x):
    assert isinstance(pair, (list, tuple))
    weights, bias = pair
    return np.dot(x, weights) + bias


def log_probabilities(params, inputs):
    """For each time, the log probability of each letter given those before: an array of shape (time, letters)."""
    hidden = params["start"]["hidden"]
    outputs = []
    for letter in inputs:
        both = np.concatenate((letter, hidden))
        keep = expit(affine(params["gate"], both))
        hidden = keep * hidden + (1.0 - keep) * np.tanh(affine(params["change"], both))
        scores = affine(params["predict"], hidden)
        outputs.append(scores - logsumexp(scores))
    return np.array(outputs)


def loss(params, sequence):
    surprise = -np.sum(log_probabilities(params, sequence[:-1]) * sequence[1:]) / (len(sequence) - 1)
    return surprise + 1e-3 * sum(
        np.sum(softplus(np.hstack([np.ravel(p) for p in params[k]]))) for k in ("gate", "change")
    )


def continued(params, text, count):
    """The likeliest letters that follow."""
    for _ in range(count):
        text += LETTERS[int(np.argmax(log_probabilities(params, one_hot(text))[-1]))]
    return text


def run():
    params = make_params(npr.RandomState(2))
    sequence = one_hot(TEXT)
    losses = []

    def callback(params, i, gradient):
        if i % 10 == 0:
            assert isinstance(gradient, dict)
            losses.append(float(loss(params, sequence)))

    trained = adam(lambda p, i: grad(loss)(p, sequence), params, callback, num_iters=60, step_size=0.03)
    check_grads(loss, modes=["rev"], order=1)(params, sequence[:4])
    check_grads(softplus)(np.array([-3.0, 0.5, 40.0]))
    value, gradient = value_and_grad(loss)(trained, sequence)
    flat_loss, unflatten, vector = flatten_func(loss, trained)
    curvature = grad(lambda v: np.sum(grad(lambda w: flat_loss(w, sequence[:6])[0])(v) ** 2))(vector)
    return {
        "losses": losses,
        "value": float(value),
        "params": flatten(trained)[0][::10].tolist(),
        "gradient": flatten(gradient)[0][::10].tolist(),
        "start": unflatten(vector)["start"]["hidden"].tolist(),
        "curvature": curvature[::10].tolist(),
        "text": continued(trained, "the", 12),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
