"""The losses, over reductions and options."""

from __future__ import annotations

from typing import Any

from tests.nn.reference.cases import Case, Draw, labels, module, normal, of, signs, wide

REDUCTIONS = ("mean", "sum", "none")


def each(kind: str, *inputs: Any, **options: Any) -> list[Case]:
    """A loss under every reduction."""
    return [module(kind, **options, reduction=reduction)(*inputs) for reduction in REDUCTIONS]


_SOFT = of("simplex", 4, 3, high=1)
_WEIGHT = Draw("positive", (3,), tracked=False)
_KINKS = of("kinks")
CASES: tuple[Case, ...] = (
    *each("MSELoss", normal(3, 2), normal(3, 2)),
    *each("MSELoss", normal(), normal()),
    *each("L1Loss", normal(3, 2), normal(3, 2)),
    *each("L1Loss", of("ties", 6), of("ties", 6)),
    *each("SmoothL1Loss", wide(3, 4), normal(3, 4)),
    *each("SmoothL1Loss", wide(6), normal(6), beta=0.3),
    *each("SmoothL1Loss", wide(6), normal(6), beta=0.0),
    *each("HuberLoss", wide(3, 4), normal(3, 4)),
    *each("HuberLoss", wide(6), normal(6), delta=2.5),
    *each("BCELoss", of("unit", 3, 2), of("unit", 3, 2)),
    *each("BCELoss", of("unit", 3, 2), labels(2, 3, 2)),
    *each("BCELoss", of("unit", 4, 3), of("unit", 4, 3), weight=_WEIGHT),
    *each("BCEWithLogitsLoss", wide(3, 2), of("unit", 3, 2)),
    *each("BCEWithLogitsLoss", _KINKS, of("unit", 13)),
    *each("BCEWithLogitsLoss", wide(4, 3), of("unit", 4, 3), weight=_WEIGHT),
    *each("BCEWithLogitsLoss", wide(4, 3), of("unit", 4, 3), pos_weight=_WEIGHT),
    *each("CrossEntropyLoss", wide(4, 3), labels(3, 4)),
    *each("CrossEntropyLoss", wide(3), labels(3)),
    *each("CrossEntropyLoss", wide(2, 3, 4), labels(3, 2, 4)),
    *each("CrossEntropyLoss", wide(2, 3, 2, 2), labels(3, 2, 2, 2), weight=_WEIGHT),
    *each("CrossEntropyLoss", wide(4, 3), labels(3, 4), weight=_WEIGHT),
    *each("CrossEntropyLoss", wide(8, 3), labels(3, 8), ignore_index=1),
    *each("CrossEntropyLoss", wide(8, 3), labels(3, 8), weight=_WEIGHT, ignore_index=2, label_smoothing=0.2),
    *each("CrossEntropyLoss", wide(4, 3), labels(3, 4), label_smoothing=0.1),
    *each("CrossEntropyLoss", wide(4, 3), labels(3, 4), weight=_WEIGHT, label_smoothing=0.3),
    *each("CrossEntropyLoss", wide(4, 3), _SOFT),
    *each("CrossEntropyLoss", wide(4, 3), _SOFT, weight=_WEIGHT),
    *each("CrossEntropyLoss", wide(4, 3), _SOFT, label_smoothing=0.1),
    *each("CrossEntropyLoss", wide(2, 3, 2), of("simplex", 2, 3, 2, high=1), weight=_WEIGHT, label_smoothing=0.1),
    *each("CrossEntropyLoss", wide(3), of("simplex", 3, high=0)),
    *each("NLLLoss", normal(4, 3), labels(3, 4)),
    *each("NLLLoss", normal(3), labels(3)),
    *each("NLLLoss", normal(4, 3), labels(3, 4), weight=_WEIGHT),
    *each("NLLLoss", normal(8, 3), labels(3, 8), weight=_WEIGHT, ignore_index=0),
    *each("NLLLoss", normal(2, 3, 2, 2), labels(3, 2, 2, 2)),
    *[
        module("KLDivLoss", reduction=reduction, log_target=log)(of("log_simplex", 4, 3, high=1), target)
        for reduction in (*REDUCTIONS, "batchmean")
        for log, target in ((False, _SOFT), (True, of("log_simplex", 4, 3, high=1)))
    ],
    *each("HingeEmbeddingLoss", wide(6), signs(6)),
    *each("HingeEmbeddingLoss", of("ties", 4, 2), signs(4, 2), margin=2.0),
    *each("MarginRankingLoss", normal(6), normal(6), signs(6)),
    *each("MarginRankingLoss", of("ties", 9), of("ties", 9), signs(9), margin=1.0),
    *each("TripletMarginLoss", normal(4, 3), normal(4, 3), normal(4, 3)),
    *each("TripletMarginLoss", normal(4, 3), normal(4, 3), normal(4, 3), margin=3.0, p=1.0, swap=True),
    *each("TripletMarginLoss", normal(3), normal(3), normal(3), margin=5.0, p=3.0),
    *each("CosineEmbeddingLoss", normal(6, 3), normal(6, 3), signs(6)),
    *each("CosineEmbeddingLoss", normal(6, 3), normal(6, 3), signs(6), margin=0.3),
    *each("CosineEmbeddingLoss", normal(3), normal(3), signs()),
    *each("MultiMarginLoss", normal(5, 3), labels(3, 5)),
    *each("MultiMarginLoss", normal(5, 3), labels(3, 5), p=2, margin=0.5),
    *each("MultiMarginLoss", normal(5, 3), labels(3, 5), weight=_WEIGHT),
    *each("MultiMarginLoss", of("ties", 6, 3), labels(3, 6)),
    *each("MultiMarginLoss", normal(3), labels(3)),
    *each("SoftMarginLoss", wide(3, 2), signs(3, 2)),
    *each("PoissonNLLLoss", normal(6), of("counts", 6)),
    *each("PoissonNLLLoss", of("positive", 6), of("counts", 6, tracked=False), log_input=False, full=True, eps=1e-3),
    *each("GaussianNLLLoss", normal(4, 3), normal(4, 3), of("positive", 4, 3)),
    *each("GaussianNLLLoss", normal(4, 3), normal(4, 3), of("positive", 4), full=True),
    *each("GaussianNLLLoss", normal(4, 3), normal(4, 3), of("positive", 4, 1), eps=1.0),
)
