"""Why does it not learn? Findings with evidence, and for each the experiment that would confirm it.

found = nn.diagnose(trainer)            # a look at the network, the data, the gradients and the run so far
print(found)
nn.diagnosis.race(trainer, nn.diagnosis.rate_times(0.1))        # as a finding proposes: as it is against changed

A look changes nothing: parameters, statistics, random state and gradients are afterwards as they were.
"""

from .balance import Balance
from .examination import diagnose, diagnose_parts
from .experiments import (
    Race,
    in_training_mode,
    race,
    rate_times,
    reinitialised,
    replaced,
    standardised,
    weight_decay,
    with_activation,
)
from .findings import Diagnosis, Finding
from .gradients import Compared, check_gradients
from .leftovers import Leftover, leftover
from .probe import dtypes

__all__ = [
    "Balance",
    "Compared",
    "Diagnosis",
    "Finding",
    "Leftover",
    "Race",
    "check_gradients",
    "diagnose",
    "diagnose_parts",
    "dtypes",
    "in_training_mode",
    "leftover",
    "race",
    "rate_times",
    "reinitialised",
    "replaced",
    "standardised",
    "weight_decay",
    "with_activation",
]
