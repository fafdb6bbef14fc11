"""Makes sure that `autograd` is the package beside this one, and not another of the same name.

HIPS/autograd has the same import name. Where both are installed, one hides the other or their files are mixed,
and what follows would be errors that say nothing. `nn` and `repl` therefore import this module before all else.
"""

from __future__ import annotations

import importlib
from types import ModuleType

CURE = "run `pip uninstall -y autograd`, then reinstall chainrule with `pip install --force-reinstall chainrule`"


def check(autograd: ModuleType) -> None:
    """Raise ImportError, with the cure, when `autograd` is not chainrule's own."""
    # `is True`: the mark must be ours, not whatever a lazy module answers for an unknown name
    if getattr(autograd, "__chainrule__", None) is True:
        return
    # a folder without __init__.py imports as a namespace package, which has a path but no file
    found = getattr(autograd, "__file__", None) or next(iter(getattr(autograd, "__path__", [])), "an unknown place")
    raise ImportError(
        f"import autograd: got another package of that name, from {found}; "
        f"expected the one that comes with chainrule; {CURE}.",
        name="autograd",
        path=getattr(autograd, "__file__", None),
    )


def _load() -> ModuleType:
    try:
        return importlib.import_module("autograd")
    except ImportError as error:
        # a mixture of two packages often fails inside its own imports
        raise ImportError(
            f"import autograd: got an error ({error}); expected the package that comes with chainrule; {CURE}.",
            name="autograd",
        ) from error


check(_load())
