"""The health table of the lecture notes: what is to be done about features of different scale, and about words.

    nn.data.health_table()      # height in m, weight in kg, blood pressure in mmHg; sex and body type in words
    nn.data.health()            # the same as a Dataset: words as one-hot codes, and whether somebody is at risk

The people are made up. Height differs by tenths, weight by tens, which makes learning slow until they are standardised;
all are positive, which makes the weights of a unit move together.
"""

from __future__ import annotations

import numpy as np

from .checks import generator, whole
from .dataset import Dataset
from .table import Table

BODY_TYPES = ("Taeyang", "Taeeum", "Soyang", "Soeum")  # the four of Korean medicine: 태양인, 태음인, 소양인, 소음인
_HEAVIER = np.array([-0.5, 2.5, 0.5, -2.0])  # body mass index above the mean, by body type


def health_table(*, n: int = 200, seed: int = 0, rng: np.random.Generator | None = None) -> Table:
    """`n` people: height (m), weight (kg), pressure (mmHg), sex, body type, and risk, which is yes or no.

    Raises ConfigError for n below 2.

    Example:
        >>> health_table(n=100)
        Table(health: 100 rows)
        height   weight   pressure  sex           type                            risk
        numbers  numbers  85..146   female, male  Taeyang, Taeeum, Soeum, Soyang  yes, no
        1.6      75.5     135       female        Taeyang                         yes
        1.69     72.1     143       male          Taeeum                          yes
        1.8      74.7     127       male          Taeeum                          yes
        1.72     69.8     107       male          Taeyang                         no
        1.62     55.8     138       female        Soeum                           yes
        ... 95 more rows
    """
    n = whole("health", "n", n, least=2, do="ask for more people, such as n=200")
    rng = generator("health", seed, rng)
    male = rng.random(n) < 0.5
    kind = rng.integers(0, 4, n)
    height = np.where(male, 1.74, 1.61) + 0.06 * rng.standard_normal(n)
    index = 23.5 + _HEAVIER[kind] + 2.5 * rng.standard_normal(n)
    weight = index * height**2
    pressure = 122 + 2.2 * (index - 23.5) + 10 * rng.standard_normal(n)
    score = 0.25 * (index - 23.5) + 0.08 * (pressure - 122) + 0.4 * rng.standard_normal(n)
    columns = {
        "height": height.round(2),
        "weight": weight.round(1),
        "pressure": pressure.round().astype(np.int64),
        "sex": np.where(male, "male", "female"),
        "type": np.array(BODY_TYPES)[kind],
        "risk": np.where(score > np.median(score), "yes", "no"),
    }
    return Table(columns, name="health", source="made by nn.data.health_table()")


def health(*, n: int = 200, seed: int = 0, rng: np.random.Generator | None = None) -> Dataset:
    """`n` people as numbers: three measures, two bits for the sex, four for the body type; class 1 is at risk.

    Half of the people are. For the measures alone: `health_table().dataset("risk", features=["height", "weight"])`.

    Raises ConfigError for n below 2.

    Example:
        >>> data = health()
        >>> data
        Dataset(health: 200 samples, 9 features, 2 classes)
        >>> data.feature_names[:5], data.class_names
        (('height', 'weight', 'pressure', 'sex=female', 'sex=male'), ('no', 'yes'))
        >>> wide = data.x.astype(np.float64)
        >>> wide.mean(axis=0)[:3].round(1), wide.std(axis=0)[:3].round(1)
        (array([  1.7,  65.9, 121.8]), array([ 0.1, 10.8, 10.7]))
    """
    return health_table(n=n, seed=seed, rng=rng).dataset(target="risk")
