"""What is an error from the start, explained: labels out of range, a one-column target, batch norm on one sample."""

from __future__ import annotations

from collections.abc import Iterator

from ..losses import CrossEntropyLoss, NLLLoss
from .findings import Finding
from .probe import Probe


def explained(probe: Probe, error: BaseException | None) -> Iterator[Finding]:
    """What an error that was raised means; nothing if there was none."""
    if error is None:
        return
    text = str(error)
    target, samples = probe.target, probe.trainer.loader.samples
    if "expected 0.." in text and "class" in text:
        yield _labels(probe, text)
    elif "in training mode, one value a channel" in text or ("BatchNorm" in text and "(1, " in text):
        last = samples % probe.trainer.loader.batch_size or probe.trainer.loader.batch_size
        sentence = (
            f"A batch of one sample has no variance to divide by: {samples} samples in batches of "
            f"{probe.trainer.loader.batch_size} leave {last} for the last. Use another batch size or drop_last=True, "
            "and call eval() to predict single samples."
        )
        if last > 1:  # it was a batch of another kind: of a trainer that is gone, or a sample by itself
            sentence = (
                "A batch of one sample has no variance to divide by. Use larger batches, and call eval() to predict "
                "single samples."
            )
        experiment = "trainer.loader.samples % trainer.loader.batch_size"
        yield Finding("batch norm on one sample", text.partition("(")[0], {"last batch": last}, sentence, experiment)
    elif (target.ndim == 2 and target.shape[1] == 1) or "use target[:, None]" in text or "use target[:, 0]" in text:
        yield _column(probe, text)
    else:
        told = next((each for each in error.args if isinstance(each, str)), text)  # which may still have its parts
        yield Finding("an error", "", {"error": type(error).__name__}, told, "trainer.run(1)")


def _labels(probe: Probe, text: str) -> Finding:
    labels = probe.trainer.loader.arrays[-1]
    outputs = text.partition("expected 0..")[2].partition(";")[0]
    sentence = (
        f"The labels go from {labels.min()} to {labels.max()}, and the network has outputs for 0..{outputs}. Number "
        "the classes from 0, without gaps, or give the last layer one output for each."
    )
    evidence: dict[str, float | int | str] = {
        "least": int(labels.min()), "largest": int(labels.max()), "outputs": int(outputs) + 1,
    }  # fmt: skip
    return Finding("labels out of range", "", evidence, sentence, "np.unique(trainer.loader.arrays[-1])")


def _column(probe: Probe, text: str) -> Finding:
    classes = isinstance(probe.trainer.loss, (CrossEntropyLoss, NLLLoss))
    cure = "target[:, 0], for classes are one axis" if classes or "[:, 0]" in text else "target[:, None]"
    sentence = (
        f"A column of shape (N, 1) and a vector of shape (N,) are not the same: subtracting one from the other would "
        f"make N x N numbers. Here {cure} makes them alike."
    )
    evidence: dict[str, float | int | str] = {"target": str(probe.target.shape)}
    return Finding("a one-column target", "", evidence, sentence, "trainer.loader.arrays[-1].shape")
