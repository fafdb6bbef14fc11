"""What time travel does to the settings: how they were before a command, and a quiet line where history's came back.

remarks = Setting.of(session).then       # before a command runs
remarks()                                # afterwards: ("The learning rate is 0.1 again, as it was then; ...",)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..messages import marked, tr
from ..session import Session


@dataclass(frozen=True, slots=True)
class Setting:
    """The learning rates and what is frozen at a moment; `rates` is empty where a schedule sets them."""

    session: Session
    trainer: Any
    step: int
    recorded: int  # how many steps there are on record, those that one came back from too
    rates: tuple[float, ...]
    frozen: tuple[str, ...]

    @classmethod
    def of(cls, session: Session) -> Setting:
        """As it is now; of no run if there is none."""
        trainer: Any = session.namespace.get("trainer")
        if not hasattr(trainer, "steps_made"):
            return cls(session, None, 0, 0, (), ())
        groups = trainer.optimizer.param_groups if trainer.scheduler is None else ()
        frozen = [name for name, param in trainer.net.named_parameters() if not param.requires_grad]
        rates = tuple(float(group["lr"]) for group in groups)
        return cls(session, trainer, trainer.step_count, trainer.steps_made, rates, tuple(frozen))

    def then(self) -> tuple[str, ...]:
        """What to say now, if the settings of the record took the place of these."""
        now = Setting.of(self.session)
        if self.trainer is None or now.trainer is not self.trainer:
            return ()
        if now.step > self.step and self.recorded == self.step:
            return ()  # steps that were never made before: whatever changed, the user did it
        said = []
        if now.rates != self.rates and now.rates:
            told = marked(
                "The learning rate is {now} again, as it was then; `lr {before}` goes on with the one before."
            )
            said.append(tr(told, now=_listed(now.rates), before=_listed(self.rates[:1])))
        if now.frozen != self.frozen:
            names = ", ".join(now.frozen) or tr("nothing")
            said.append(
                tr("What is frozen is as it was then: {names}; `freeze` and `unfreeze` change it.", names=names)
            )
        return tuple(said)


def _listed(rates: tuple[float, ...]) -> str:
    return ", ".join(dict.fromkeys(f"{rate:g}" for rate in rates))
