"""scipy.stats with gradients: densities and distribution functions, a module for each distribution.

    import autograd.scipy.stats.norm as norm
    from autograd.scipy import stats

    stats.norm.logpdf(x, loc, scale)

Arguments broadcast as SciPy's do, and each may be a tensor unless its function says otherwise.
"""

from __future__ import annotations

from . import beta, chi2, dirichlet, gamma, multivariate_normal, norm, poisson, t

__all__ = ["beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t"]
