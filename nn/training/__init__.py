"""Training a network, step by step or many at once, with what happened at each step.

trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters()), data.train, seed=0)
trainer.run(epochs=20)
for event in trainer.steps(5): print(event.step, event.loss, event.grad_norms)
trainer.rewind(5)                       # as it was five steps ago
trainer.goto(17)                        # as it was after step 17, and trainer.goto(65) is back here
trainer.evaluate(data.test)             # Metrics(loss=..., accuracy=...)
nn.save(trainer, "run.npz")             # and trainer.load_state_dict(nn.load("run.npz")) goes on

The same network, data and seed give the same run, bit for bit, however it is divided into calls.
"""

from .audience import watching
from .callbacks import Callback, EarlyStopping, Progress
from .events import EpochEvent, StepEvent
from .metrics import ConfusionMatrix, Metrics, accuracy, confusion_matrix
from .trainer import Trainer

__all__ = [
    "Callback",
    "ConfusionMatrix",
    "EarlyStopping",
    "EpochEvent",
    "Metrics",
    "Progress",
    "StepEvent",
    "Trainer",
    "accuracy",
    "confusion_matrix",
    "watching",
]
