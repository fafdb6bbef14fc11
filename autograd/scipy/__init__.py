"""SciPy with gradients, under the names that programs written for HIPS autograd import.

The modules are special, stats, linalg, signal (convolve) and integrate (odeint).

    from autograd.scipy.special import gammaln, logsumexp
    import autograd.scipy.stats.norm as norm

Needs SciPy, which the extra `chainrule[scipy]` brings. Importing a module here adds its rows to the table; SciPy's
own element-wise functions then answer to tensors too: `scipy.special.erf(t)`.
"""

from __future__ import annotations

try:
    import scipy  # noqa: F401  # asked for here, so that its absence is explained once
except ImportError as error:  # pragma: no cover  # the tests have it
    raise ImportError(
        "autograd.scipy: got no package scipy; expected it beside NumPy; do pip install 'chainrule[scipy]'."
    ) from error
