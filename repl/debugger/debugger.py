"""The debugger itself: where the pass stands, moving it, and looking around. It knows no terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import an_instance
from autograd.hooks import hooked
from autograd.tape import Leaf, Node

from ..errors import StateError, UsageError, message, unknown
from ..execution import shown
from ..messages import marked, tr
from ..results import Check, Debugged, Gradient, Paths, Stop, TapeRow, TapeView, Value
from .amounts import Index, amount
from .differences import checked
from .paths import paths_to
from .places import Place, Places
from .records import Record, Records
from .stops import outputs_of, stop_at

AROUND = 10  # nodes that `list` shows, and `graph` on either side

_ELEMENT = re.compile(r"(.+?)\s*\[([-\d\s,]+)\]\Z")


class Debugger:
    """A backward pass from a scalar that was computed, one node at a time.

    The pass is the engine's own; `.grad` is left alone until `finish`, which does what `backward()` does. Steps are
    kept as they are made, so that going back shows the same numbers. The gradients of all intermediate results are
    therefore in memory, about as much as the forward pass took.

    Args:
        loss: a tracked tensor with one element, whose record is still there.
        names: variables by name, such as `globals()`: what tensors and arrays are called.
        net: a network, whose parameters are called as in `named_parameters()`.

    Attributes:
        at: the number of the present step, from 0.
        breaks: what the pass stops at, by `go`.
        finished: whether `finish` was called.
        element: the element of arrays to look at; None for the one with the largest gradient.

    Raises:
        GraphError: `loss` is no such tensor.
        StateError: it is a leaf, for which there is nothing to step through.

    Example:
        >>> from autograd import Tensor
        >>> a = Tensor(2.0, requires_grad=True, name="a")
        >>> b = Tensor(-3.0, requires_grad=True, name="b")
        >>> debugger = Debugger(a * b + a)
        >>> debugger.stop().expression, debugger.next().contributions[0].numbers
        ('loss = t1 + a', '1 * -3 = -3')
        >>> [(row.through, row.share.value) for row in debugger.why("a").rows]
        [(('loss', 't1', 'a'), -3.0), (('loss', 'a'), 1.0)]
    """

    def __init__(self, loss: Any, *, names: Mapping[str, object] | None = None, net: Any = None) -> None:
        self.loss = _scalar(loss)
        self._names: Mapping[str, object] = {} if names is None else names
        self._places = Places(self.loss.node, names, net)
        self._records = Records(loss)
        self.at = 0
        self.breaks: dict[int, str] = {}
        self.element: Index | None = None
        self._numbered = 0
        self._note = self._hooks()
        self.finished = False
        _ = self._records[0]

    def __repr__(self) -> str:
        if self.finished:
            return f"Debugger(over after {len(self):,} steps)"
        return f"Debugger(step {self.at + 1:,} of {len(self):,}: {self._places.expression(self._record.node)})"

    def __len__(self) -> int:
        return len(self._places.order)

    @property
    def _record(self) -> Record:
        if self.finished:
            do = tr("compute the loss again, and begin anew")
            raise StateError(message("debugger", tr("a pass that is over"), tr("one that goes on"), do))
        return self._records[self.at]

    def words(self) -> list[str]:
        """The names, operations and modules of this graph, which `until`, `break_at` and `why` understand."""
        return self._places.words()

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves that the pass will give a gradient to."""
        return tuple(place for place in self._places.expected if isinstance(place, Leaf))

    def places(self) -> list[str]:
        """The names of all tensors in the graph."""
        return [*self._places.by_name]

    def names(self) -> list[str]:
        """What `print` knows: the tensors in the graph, the rule's letters, and the names that were given."""
        return [*self.places(), *self._places.letters(self._record.node), "g", "y", *self._names]

    # -- moving

    def stop(self) -> Stop:
        """The present step in numbers."""
        return stop_at(self._places, self._record, self.at, self.element, self._note)

    @property
    def last(self) -> bool:
        """Whether the present step is the last of the pass."""
        return self.at == len(self) - 1

    def next(self, n: int = 1) -> Stop:
        """Go `n` steps on, at most to the last one."""
        self._to(min(self.at + n, len(self) - 1))
        return self.stop()

    def back(self, n: int = 1) -> Stop:
        """Go `n` steps back, at most to the first one: the same numbers again."""
        self._to(max(self.at - n, 0))
        return self.stop()

    def until(self, what: str) -> Stop:
        """Go on to the next step at `what`: a name, an operation, a module, or a leaf that gets something there."""
        ahead = self._ahead("until", what)
        self._to(ahead)
        return self.stop()

    def go(self) -> Stop | None:
        """Go on to the next break; None if there is none ahead: the rest of the pass has then been made."""
        ahead = [at for at in range(self.at + 1, len(self)) if self._broken(at)]
        self._to(ahead[0] if ahead else len(self) - 1)
        return self.stop() if ahead else None

    def _to(self, at: int) -> None:
        _ = self._record, self._records[at]  # which may fail: then nothing has moved
        self.at = at

    def _ahead(self, where: str, what: str) -> int:
        found = self._stops(where, what)
        ahead = [at for at in found if at > self.at]
        if not ahead:
            here, passed = marked("{what}, which the pass is at"), marked("{what}, which the pass has passed")
            got = tr(here if self.at in found else passed, what=what)
            steps = self.at - max(found)
            do = tr("go back: `back {steps}`", steps=steps) if steps else tr("`next` goes on")
            raise StateError(message(where, got, tr("something that comes later"), do))
        return ahead[0]

    def _stops(self, where: str, what: str) -> list[int]:
        found = self._places.stops(what)
        if not found:
            raise UsageError(unknown(where, marked("name, operation or module"), what, self.words()))
        return found

    # -- breaks

    def break_at(self, what: str) -> tuple[int, int]:
        """Let `go` stop at each step that `what` means; the break's number, and how many of the steps lie ahead."""
        found = self._stops("break", what)
        self._numbered += 1
        self.breaks[self._numbered] = what
        return self._numbered, sum(at > self.at for at in found)

    def delete(self, number: int) -> str:
        """Take a break away; what it was for. Raises UsageError if there is none of that number."""
        if number not in self.breaks:
            there = tr("one of: {numbers}", numbers=", ".join(map(str, self.breaks)) or tr("none"))
            got = tr("break {number}", number=number)
            raise UsageError(message("delete", got, there, tr("`break` lists them")))
        return self.breaks.pop(number)

    def _broken(self, at: int) -> bool:
        node = self._places.order[at]
        return any(self._places.concerns(node, what) for what in self.breaks.values())

    # -- looking

    def look_at(self, element: Index | None) -> Stop:
        """Choose the element of arrays to look at, such as (0, 3); None for the one with the largest gradient."""
        self.element = element
        return self.stop()

    def print(self, text: str) -> Value | Gradient:
        """A place of the graph with its gradient so far, also at one element, or any expression of Python.

        In an expression `g`, `y` and the operands, under the letters of the rule, are those of the present node;
        all other names are those that the debugger was given.
        """
        found = self._place("print", text)
        if found is not None:
            place, at = found
            return self._gradient(place, at)
        record = self._record
        node = record.node
        own: dict[str, Any] = {}
        for letter, value in zip(self._places.letters(node), node.values or (), strict=False):
            own[letter] = _locked(value)
        many = isinstance(node.out, tuple)
        own["y"] = tuple(map(_locked, node.out)) if many else _locked(node.out)
        gradients = tuple(map(_locked, outputs_of(node, record.gradient)))
        own["g"] = gradients if many else gradients[0]
        code = compile(text.strip(), "<input>", "eval")
        value = eval(code, {**self._names, **own})
        both = [name for name in own if name in code.co_names and self._is_another(name)]
        note = marked("({names}: of the present node; `p {name}` alone is the {name} of the graph.)")
        return Value("\n".join([shown(value), *([tr(note, names=", ".join(both), name=both[0])] if both else [])]))

    def _is_another(self, letter: str) -> bool:
        """Whether a letter of the rule is also the name of another tensor in the graph."""
        node = self._record.node
        place = self._places.by_name.get(letter)
        stands_for = dict(zip(self._places.letters(node), node.inputs, strict=False)) | {"y": node}
        return place is not None and place is not stands_for.get(letter)

    def _place(self, where: str, text: str) -> tuple[Place, Index | None] | None:
        """The place of the graph that `text` names, and the element; None if it is to be read as Python."""
        by_name = self._places.by_name
        if text in by_name:
            return by_name[text], None
        found = _ELEMENT.match(text)
        if found is None or found[1] not in by_name:
            return None
        place = by_name[found[1]]
        at = tuple(int(part) for part in found[2].split(",") if part.strip())
        value = np.asarray(self._value(place))
        if len(at) != value.ndim or any(not -size <= i < size for i, size in zip(at, value.shape, strict=True)):
            element = tr("an element of {name}, of shape {shape}", name=found[1], shape=value.shape)
            raise UsageError(message(where, f"[{found[2]}]", element, tr("give one number for each axis")))
        return place, at

    def _value(self, place: Place) -> Any:
        if isinstance(place, Node):
            return place.out[0] if isinstance(place.out, tuple) else place.out
        users = (node for node in self._places.order if place in node.inputs)
        node = next(users)
        return (node.values or ())[node.inputs.index(place)]

    def _gradient(self, place: Place, at: Index | None) -> Gradient:
        expected = self._places.expected[place]
        so_far, count = self._records.sum_at(place, self.at)
        if place is self._places.order[0]:
            so_far, count, expected = self._records[0].gradient, 1, 1
        known = amount(so_far, at) if hasattr(so_far, "shape") else None
        return Gradient(self._places.names[place], amount(self._value(place), at), known, count, expected)

    def why(self, name: str) -> Paths:
        """All paths by which the gradient reaches a tensor, or an element of it, as `w[0, 3]`; shares add up to it.

        Where there are very many, those that end with the same step are taken together.

        Raises:
            UsageError: no tensor of that name is in the graph.
        """
        found = self._place("why", name)
        if found is None:
            raise UsageError(unknown("why", marked("name"), name, list(self._places.by_name)))
        return paths_to(self._places, self._records, *found)

    def check(self) -> Check:
        """Finite differences at this step, beside the engine's numbers."""
        return checked(self._places, self._record, self.at, self.element)

    def list(self, n: int = AROUND) -> TapeView:
        """The present step and those that come next, in the order of the pass."""
        end = min(self.at + n, len(self))
        rows = tuple(self._row(at) for at in range(self.at, end))
        return TapeView(rows, self.at, len(self) - end, upward=False)

    def graph(self, n: int = AROUND) -> TapeView:
        """What was computed, in the order of the forward pass, with the present step in the middle."""
        first, last = max(self.at - n, 0), min(self.at + n, len(self) - 1)
        rows = tuple(self._row(at) for at in range(last, first - 1, -1))
        return TapeView(rows, len(self) - 1 - last, first, upward=True)

    def _row(self, at: int) -> TapeRow:
        node = self._places.order[at]
        state = "here" if at == self.at else "done" if at < self.at else "ahead"
        gradient = outputs_of(node, self._records[at].gradient)[0] if at <= self.at else None
        return TapeRow(
            number=at + 1,
            expression=self._places.expression(node),
            value=amount(node.out[0] if isinstance(node.out, tuple) else node.out, self.element),
            gradient=None if gradient is None else amount(gradient, self.element),
            state=state,  # type: ignore[arg-type]  # one of the three
            mark=self._broken(at),
        )

    # -- the end

    def finish(self, run: Callable[[], object] | None = None) -> Debugged:
        """Leave the gradients in `.grad`, by `loss.backward()`: added to what is there, and the record is freed.

        `run` may be another way to call that.
        """
        leaves = [(name, place) for name, place in self._places.by_name.items() if not isinstance(place, Node)]
        before = {name for name, place in leaves if place.grad is not None}
        _ = self._record  # a second time would add the gradients twice
        self.finished = True
        (run or self.loss.backward)()
        gradients = tuple((name, amount(place.grad.readonly)) for name, place in leaves if place.grad is not None)
        text = tr("The pass is over: the gradients are in .grad, as after backward().")
        added = marked(
            "There were some before: these were added to them, as backward() does; net.zero_grad() clears them."
        )
        return Debugged(True, gradients, f"{text} {tr(added)}" if before else text)

    def _hooks(self) -> str:
        places: list[Place] = [*self._places.order, *self._places.expected]
        if not hooked or not any(id(place) in hooked and not hasattr(place, "retained") for place in places):
            return ""
        return marked(
            "There are hooks in this graph: they run at the end of the pass, and are not in the numbers shown here."
        )


def _scalar(loss: Any) -> Any:
    """`loss`, if there is a pass to step through."""
    example = tr("make the leaves with Tensor(3.0, requires_grad=True), and compute a scalar from them")
    if not isinstance(loss, Tensor):
        raise StateError(message("backward", an_instance(loss), tr("a scalar tensor that was computed"), example))
    if loss.node is None:
        got, expected = tr("a tensor that no gradient leads to"), tr("a scalar computed from tensors that require it")
        raise StateError(message("backward", got, expected, example))
    if not isinstance(loss.node, Node):
        raise StateError(message("backward", tr("a leaf, which nothing was computed for"), tr("a scalar"), example))
    if loss.size != 1:
        got, reduce = tr("a tensor of shape {shape}", shape=loss.shape), tr("reduce it first, as by .sum() or .mean()")
        raise StateError(message("backward", got, tr("one element"), reduce))
    return loss


def _locked(x: Any) -> Any:
    """An array that can be looked at only: the record is the engine's."""
    if not isinstance(x, np.ndarray):
        return x
    view = x.view()
    view.flags.writeable = False
    return view
