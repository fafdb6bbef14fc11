"""A Gaussian process: its kernel's scales and noise are trained on the log marginal likelihood, then it predicts.

Written for HIPS autograd. `python gaussian_process.py` prints the numbers that `gaussian_process.json` holds.
"""

import json

from scipy.optimize import minimize

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats.multivariate_normal as mvn
from autograd import grad, hessian, hessian_vector_product, jacobian, make_jvp, value_and_grad
from autograd.misc.optimizers import sgd
from autograd.numpy.linalg import slogdet, solve
from autograd.scipy.linalg import solve_triangular


def unpack(params):
    """The mean, the noise's variance, the height of the kernel and its length scales."""
    return params[0], np.exp(params[1]) + 1e-3, np.exp(params[2]), np.exp(params[3:])


def kernel(params, a, b):
    _, _, height, lengths = unpack(params)
    differences = np.expand_dims(a / lengths, 1) - np.expand_dims(b / lengths, 0)
    return height * np.exp(-0.5 * np.sum(differences**2, axis=2))


def noisy(params, x):
    return kernel(params, x, x) + unpack(params)[1] * np.eye(len(x))


def log_marginal(params, x, y):
    return mvn.logpdf(y, unpack(params)[0] * np.ones(len(y)), noisy(params, x))


def log_marginal_by_solve(params, x, y):
    centred = y - unpack(params)[0]
    cov = noisy(params, x)
    return -0.5 * (np.dot(centred, solve(cov, centred)) + slogdet(cov)[1] + len(y) * np.log(2 * np.pi))


def log_marginal_by_cholesky(params, x, y):
    factor = np.linalg.cholesky(noisy(params, x))
    white = solve_triangular(factor, y - unpack(params)[0], lower=True)
    return -0.5 * np.dot(white, white) - np.sum(np.log(np.diag(factor))) - 0.5 * len(y) * np.log(2 * np.pi)


def predict(params, x, y, where):
    mean = unpack(params)[0]
    cross = kernel(params, where, x)
    gain = solve(noisy(params, x), cross.T).T
    return mean + np.dot(gain, y - mean), kernel(params, where, where) - np.dot(gain, cross.T)


def run():
    rs = npr.RandomState(1)
    x = rs.uniform(-2.0, 2.0, size=(25, 2))
    y = np.sin(3.0 * x[:, 0]) + 0.5 * x[:, 1] + 0.1 * rs.randn(25)
    start = np.array([0.1, -2.0, 0.3, -0.2, 0.4])
    objective = lambda params: -log_marginal(params, x, y)  # noqa: E731

    slow = sgd(lambda p, i: grad(objective)(p), start, num_iters=20, step_size=1e-3)
    found = minimize(value_and_grad(objective), slow, jac=True, method="CG", options={"maxiter": 6})
    params = found.x
    mean, cov = predict(params, x, y, x[:4] + 0.1)
    direction = np.array([0.3, -0.2, 0.1, 0.4, -0.5])
    value, change = make_jvp(lambda p: kernel(p, x[:3], x[3:6]))(start)(direction)
    return {
        "sgd": slow.tolist(),
        "params": params.tolist(),
        "marginal": float(found.fun),
        "gradients": [
            grad(f)(start, x, y).tolist() for f in (log_marginal, log_marginal_by_solve, log_marginal_by_cholesky)
        ],
        "hessian": hessian(log_marginal_by_solve)(start, x, y).tolist(),
        "hessian_of_density": hessian_vector_product(log_marginal)(start, x, y, direction).tolist(),
        "mean": mean.tolist(),
        "cov": cov.tolist(),
        "jacobian": jacobian(lambda p: predict(p, x, y, x[:3] + 0.1)[0])(params).tolist(),
        "jvp": [value.tolist(), change.tolist()],
        "to_the_data": grad(lambda x: log_marginal(start, x, y))(x).tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
