"""The table's own test: whatever stands in the table is held to all of this, with nothing to add for a new row."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import autograd
from autograd import Tensor, explain, gradcheck, jvp, no_grad, ops
from autograd.op import COMPOSITE, ELEMENTWISE, Op, derived_functions
from autograd.protocols import numpy_name

with suppress(ImportError):  # without SciPy its rows are not there, and are not tested
    for module in ("linalg", "special", "stats"):
        import_module(f"autograd.scipy.{module}")

CALLS = [
    pytest.param(op, sample, id=f"{op.name}-{i}") for op in ops.table.values() for i, sample in enumerate(op.samples)
]
BINARY = [op for op in ops.table.values() if op.kind == ELEMENTWISE and len(op.vjps) == 2 and not op.deaf]


def draw(op: Op, sample, dtype=np.float64, seed=1):
    """Operands for a call: drawn in the row's domain, or as the sample states them."""
    rng = np.random.default_rng(seed)
    return [
        x if isinstance(x, np.ndarray) and x.dtype.kind != "f"
        else (x if isinstance(x, np.ndarray) else rng.uniform(*op.domain, size=x)).astype(dtype)
        for x in sample.operands
    ]  # fmt: skip


def differentiable(op: Op, xs) -> list[int]:
    return [i for i in range(len(xs)) if op.rule_for(i) is not None]


def outputs(y) -> tuple:
    return tuple(y) if isinstance(y, (tuple, list)) else (y,)


def applied(op: Op, xs, params, places):
    """The op as a function of its differentiable operands, its outputs joined into one vector."""

    def function(*moving):
        full = list(xs)
        for place, x in zip(places, moving, strict=True):
            full[place] = x
        parts = [part.reshape(-1) for part in outputs(op(*full, **params))]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return function


@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_value_is_numpys(op, sample):
    xs = draw(op, sample)
    plain = outputs(op(*xs, **sample.params))
    recorded = outputs(
        op(*[Tensor(x, requires_grad=i in differentiable(op, xs)) for i, x in enumerate(xs)], **sample.params)
    )
    for a, b in zip(plain, recorded, strict=True):
        assert (b.shape, b.dtype) == (np.shape(a), np.asarray(a).dtype)
        np.testing.assert_array_equal(b.data, a)
    for function in op.numpy:
        call = (xs,) if op.variadic else tuple(xs)
        reference = outputs(function(*call, **sample.params))
        tensors = [Tensor(x) if x.dtype.kind == "f" else x for x in xs]
        dispatched = outputs(function(*((tensors,) if op.variadic else tensors), **sample.params))
        for a, b in zip(reference, dispatched, strict=True):
            assert (b.shape, b.dtype) == (np.shape(a), np.asarray(a).dtype), numpy_name(function)
            np.testing.assert_array_equal(b.data, a)


@pytest.mark.parametrize(
    ("op", "sample"), [call for call in CALLS if len(differentiable(call.values[0], draw(*call.values))) > 1]
)
def test_a_complex_constant_is_refused_beside_what_carries_a_gradient(op, sample):
    xs = draw(op, sample)
    *_, last = differentiable(op, xs)
    with np.errstate(all="ignore"), pytest.raises(TypeError):  # ours, or NumPy's where it has no such function
        op(*[x * (1 + 1j) if i == last else Tensor(x, requires_grad=True) for i, x in enumerate(xs)], **sample.params)


@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_gradient_against_central_differences_to_second_order(op, sample):
    xs = draw(op, sample)
    places = differentiable(op, xs)
    if not places:
        pytest.skip("no operand carries a gradient")
    if op.name == "astype" and sample.params["dtype"] == np.float32:
        pytest.skip("float32 is too coarse for differences; the dtype test covers it")
    points = [xs[i] for i in places]
    assert gradcheck(applied(op, xs, sample.params, places), *points, order=2, eps=1e-5, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_gradient_has_the_operands_shape_and_dtype(op, sample, dtype):
    xs = draw(op, sample, dtype)
    places = differentiable(op, xs)
    tensors = [Tensor(x, requires_grad=i in places) for i, x in enumerate(xs)]
    made = outputs(op(*tensors, **sample.params))
    if not places:
        assert not any(part.requires_grad for part in made)
        return
    for create_graph in (False, True):
        for part in made:
            part.backward(np.ones(part.shape, part.dtype), create_graph=create_graph, retain_graph=True)
        for i in places:
            grad = tensors[i].grad
            assert (grad.shape, grad.dtype) == (xs[i].shape, xs[i].dtype), f"operand {i}, create_graph={create_graph}"


@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_forward_mode_is_the_adjoint_of_reverse(op, sample):
    xs = draw(op, sample)
    places = differentiable(op, xs)
    if not places:
        pytest.skip("no operand carries a gradient")
    function = applied(op, xs, sample.params, places)
    rng = np.random.default_rng(2)
    tangents = [rng.normal(size=xs[i].shape) for i in places]
    if op.name == "astype":
        tangents = [t.astype(sample.params["dtype"]).astype(float) for t in tangents]
    value, moved = jvp(function, [xs[i] for i in places], tangents)
    assert (moved.shape, moved.dtype) == (value.shape, value.dtype)
    tensors = [Tensor(xs[i], requires_grad=True) for i in places]
    y = function(*tensors)
    cotangent = rng.normal(size=y.shape).astype(y.dtype)
    y.backward(cotangent)
    pulled = sum(float(np.sum(t * tensor.grad.data)) for t, tensor in zip(tangents, tensors, strict=True))
    rtol = 1e-5 if y.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(pulled, float(np.sum(moved * cotangent)), rtol=rtol, atol=rtol)


@pytest.mark.parametrize(("op", "sample"), [c for c in CALLS if c.values[0].kind == COMPOSITE])
def test_composite_equals_its_definition(op, sample):
    xs = draw(op, sample)
    places = differentiable(op, xs)

    def run(function):
        tensors = [Tensor(x, requires_grad=i in places) for i, x in enumerate(xs)]
        y = function(*tensors, **sample.params)
        y.backward(np.ones(y.shape))
        return [y.data, *(tensors[i].grad.data for i in places)]

    for fused, opened in zip(run(op), run(op.definition), strict=True):
        np.testing.assert_allclose(fused, opened, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_strides_do_not_matter(op, sample):
    xs = draw(op, sample)
    places = differentiable(op, xs)
    if not places:
        pytest.skip("no operand carries a gradient")

    def gradients(arrays):
        tensors = [Tensor(x) if i not in places else Tensor(x).requires_grad_() for i, x in enumerate(arrays)]
        for part in outputs(op(*tensors, **sample.params)):
            part.backward(np.ones(part.shape), retain_graph=True)
        return [tensors[i].grad.data for i in places]

    spread = []
    for x in xs:
        wide = np.empty((*x.shape[:-1], 2 * x.shape[-1]) if x.ndim else (), x.dtype)
        view = wide[..., ::-2][..., : x.shape[-1]] if x.ndim else wide
        view[...] = x
        spread.append(view)
    for a, b in zip(gradients(xs), gradients(spread), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize(("op", "sample"), CALLS)
def test_compiled_gives_what_the_row_gives(op, sample):
    xs = draw(op, sample)
    places = differentiable(op, xs)
    operands = [Tensor(x, requires_grad=True) if i in places else x for i, x in enumerate(xs)]
    tensors = [operands[i] for i in places]

    def run(_):
        for tensor in tensors:
            tensor.grad = None
        made = outputs(op(*operands, **sample.params))
        for part in made if places else ():
            part.backward(np.ones(part.shape, part.dtype), retain_graph=True)
        return made

    def numbers(made):
        return [np.asarray(part.data if isinstance(part, Tensor) else part) for part in made]

    fast = autograd.compile(run)
    for shift in (0.0, 0.01):  # the second time on other numbers than were recorded
        for tensor in tensors:
            tensor.assign_(tensor.data + shift)
        compiled = [*numbers(fast(np.zeros(1))), *(tensor.grad.data.copy() for tensor in tensors)]
        eager = [*numbers(run(None)), *(tensor.grad.data for tensor in tensors)]
        for a, b in zip(compiled, eager, strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("op", ops.table.values(), ids=lambda op: op.name)
def test_explain_prints_every_rule(op):
    text = explain(op)
    assert op.why in text
    assert op.why.endswith(".")
    if op.samples:
        xs = draw(op, op.samples[0])
        assert text.count("dL/d") == len(differentiable(op, xs))
        assert "array(" not in text
        assert "Tensor" not in text


@pytest.mark.parametrize("op", ops.table.values(), ids=lambda op: op.name)
def test_a_row_is_whole(op):
    assert op.samples or op.name == "output", "a row states on what it is tested"
    assert ops.table[op.name] is op
    assert getattr(ops, op.name) is op
    assert op.name in dir(ops)
    if op.kind == COMPOSITE:
        assert op.definition is not None


DERIVED = [
    pytest.param(entry, sample, id=f"{entry.name}-{i}")
    for entry in derived_functions.values()
    for i, sample in enumerate(entry.samples)
]


def draw_nested(entry, x, rng):
    """An operand of a derived function: a shape or an array, or a list of them."""
    if isinstance(x, list):
        return [draw_nested(entry, part, rng) for part in x]
    return x if isinstance(x, np.ndarray) else rng.uniform(*entry.domain, size=x)


def moving(operands):
    """The float arrays among operands that may be lists, and how to put others in their places."""
    flat = [x for part in operands for x in (part if isinstance(part, list) else [part])]
    points = [x for x in flat if x.dtype.kind == "f"]

    def put(xs):
        left = iter(xs)
        swap = lambda x: next(left) if x.dtype.kind == "f" else x  # noqa: E731
        return [[swap(x) for x in part] if isinstance(part, list) else swap(part) for part in operands]

    return points, put


@pytest.mark.parametrize(("entry", "sample"), DERIVED)
def test_derived_functions_equal_numpys_and_have_gradients_to_second_order(entry, sample):
    rng = np.random.default_rng(1)
    operands = [draw_nested(entry, x, rng) for x in sample.operands]
    points, put = moving(operands)

    def run(*xs):
        parts = [part.reshape(-1) for part in outputs(entry.numpy(*put(xs), **sample.params))]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    reference = outputs(entry.numpy(*operands, **sample.params))
    ours = outputs(entry.numpy(*put([Tensor(x, requires_grad=True) for x in points]), **sample.params))
    for a, b in zip(reference, ours, strict=True):
        assert isinstance(b, Tensor)
        assert (b.shape, b.dtype) == (np.shape(a), np.asarray(a).dtype)
        np.testing.assert_allclose(b.data, a, rtol=1e-14, atol=1e-14)
    assert gradcheck(run, *points, order=2, eps=1e-5, rtol=1e-4, atol=1e-5)


def test_every_derived_function_states_samples():
    assert all(entry.samples for entry in derived_functions.values())


@given(st.data())
def test_gradients_undo_broadcasting(data):
    op = data.draw(st.sampled_from(BINARY))
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)).input_shapes
    rng = np.random.default_rng(0)
    low, high = op.domain
    low = low + 0.1 * (high - low)
    a, b = (Tensor(rng.uniform(low, high, size=shape), requires_grad=True) for shape in shapes)
    y = op(a, b)
    weights = rng.normal(size=y.shape)
    y.backward(weights)
    wide_a, wide_b = (Tensor(np.broadcast_to(t.data, y.shape).copy(), requires_grad=True) for t in (a, b))
    op(wide_a, wide_b).backward(weights)
    for narrow, wide in ((a, wide_a), (b, wide_b)):
        lead = y.ndim - narrow.ndim
        axes = tuple(i for i in range(y.ndim) if i < lead or narrow.shape[i - lead] != y.shape[i])
        expected = wide.grad.data.sum(axis=axes).reshape(narrow.shape)
        assert narrow.grad.shape == narrow.shape
        np.testing.assert_allclose(narrow.grad.data, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("op", [op for op in ops.table.values() if op.samples], ids=lambda op: op.name)
def test_nothing_is_recorded_without_need(op):
    xs = draw(op, op.samples[0])
    assert all(not part.requires_grad for part in outputs(op(*map(Tensor, xs), **op.samples[0].params)))
    with no_grad():
        tracked = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in xs]
        assert all(not part.requires_grad for part in outputs(op(*tracked, **op.samples[0].params)))
