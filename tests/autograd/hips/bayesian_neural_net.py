"""A Bayesian neural network: the weights have a posterior, found by black-box variational inference.

The posterior is taken to be a normal with independent weights. Its mean and log width are moved up the evidence lower
bound, which is estimated from samples; the gradient flows through the samples to where they were drawn from.

Written for HIPS autograd. `python bayesian_neural_net.py` prints the numbers that `bayesian_neural_net.json` holds.
"""

import json

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats.multivariate_normal as mvn
import autograd.scipy.stats.norm as norm  # noqa: PLR0402  # as HIPS's own examples have it
from autograd import elementwise_grad, grad
from autograd.misc.optimizers import adam, rmsprop

SHAPES = [(1, 8), (8, 8), (8, 1)]
SIZE = sum(m * n + n for m, n in SHAPES)
PRIOR_SCALE, NOISE_SCALE = 2.0, 0.1
SAMPLES = 6


def layers(weights):
    """Weight vectors, one a row, as matrices and biases, one stack a layer."""
    start = 0
    for m, n in SHAPES:
        matrix = np.reshape(weights[:, start : start + m * n], (-1, m, n))
        bias = np.reshape(weights[:, start + m * n : start + m * n + n], (-1, 1, n))
        yield matrix, bias
        start += m * n + n


def predict(weights, x):
    """What the network gives for each weight vector: an array of shape (weight vectors, inputs)."""
    outputs = np.expand_dims(x, 0)
    for i, (matrix, bias) in enumerate(layers(weights)):
        outputs = np.tanh(outputs) if i else outputs
        outputs = np.einsum("sni,sio->sno" if i else "zni,sio->sno", outputs, matrix) + bias
    return outputs[:, :, 0]


def log_joint(weights, x, y):
    prior = -0.5 * np.sum(weights**2, axis=1) / PRIOR_SCALE**2
    likelihood = np.sum(norm.logpdf(y, predict(weights, x), NOISE_SCALE), axis=1)
    return prior + likelihood


def make_data(rs):
    x = np.concatenate([np.linspace(-2.0, -0.5, 12), np.linspace(0.7, 2.0, 12)])
    return x[:, None], np.sin(2.0 * x) * x + NOISE_SCALE * rs.randn(len(x))


def negative_bound(params, noise, x, y):
    mean, log_scale = params
    entropy = mvn.entropy(mean, np.diag(np.exp(2 * log_scale)))
    samples = mean + np.exp(log_scale) * noise
    return -(entropy + np.mean(log_joint(samples, x, y)))


def run():
    rs = npr.RandomState(0)
    x, y = make_data(rs)
    start = (0.5 * rs.randn(SIZE), -4.0 * np.ones(SIZE))
    noises = rs.randn(150, SAMPLES, SIZE)
    bounds = []

    def gradient(params, i):
        return grad(negative_bound)(params, noises[i], x, y)

    def callback(params, i, g):
        if i % 10 == 0:
            bounds.append(float(-negative_bound(params, noises[-1], x, y)))

    params = adam(gradient, start, step_size=0.05, num_iters=120, callback=callback)
    params = rmsprop(lambda p, i: gradient(p, 120 + i), params, step_size=0.002, num_iters=20)
    mean, log_scale = params
    grid = np.linspace(-3.0, 3.0, 7)
    curve = lambda t: predict(mean[None, :], t[:, None])[0]  # noqa: E731
    return {
        "bounds": bounds,
        "mean": mean.tolist(),
        "log_scale": log_scale.tolist(),
        "curve": curve(grid).tolist(),
        "slope": elementwise_grad(curve)(grid).tolist(),
        "curvature": elementwise_grad(elementwise_grad(curve))(grid).tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
