// A stop of the pass, and a step of training, in words.

// What arrived at a node, what was handed on, what has come together there. A list of texts and elements.
function sentence(run, state) {
  const { moment, complete, done } = state;
  const { moments } = run;
  if (run.data.missing) return [run.data.missing];
  if (!moments.length) return [tr("nothing of the pass is in this part of the graph")];
  const first = () => ({ name: nameOf(run, moments[0].node) });
  if (!moment) return [tr("before the pass: values only; next, the loss sends 1 to {name}", first())];
  const place = { done, count: moments.length };
  const stop = complete ? tr("stop {done} of {count}, the last", place) : tr("stop {done} of {count}", place);
  const told = [make("strong", {}, stop), `${engineStep(run, moment)}: ${nameOf(run, moment.node, moment.op)} `];
  told.push(
    moment.gradient
      ? tr("gets ∇ {size}", { size: number(sizeOf(moment.gradient)) })
      : tr("gets the gradients of its results"),
  );
  if (moment.stops) return [...told, tr("; {stops} inside", { stops: count(moment.stops, "stop") })];
  if (!moment.shares.length) return [...told, tr("; nothing goes on from here")];
  const shares = moment.shares.map((share) => handedOn(run, share)).join(", ");
  return [...told, tr(", hands on {shares}", { shares })];
}

// Where the engine counts otherwise: an opened operation is one step to it.
function engineStep(run, { number: step, inside }) {
  if (run.data.steps === run.moments.length) return "";
  const place = { step, count: run.data.steps, inside };
  if (inside) return tr(" (the engine's step {step} of {count}, inside {inside})", place);
  return tr(" (the engine's step {step} of {count})", place);
}

function handedOn(run, share) {
  const several = (run.arrivals.get(share.to) || 1) > 1;
  const sum = share.running && several ? tr(" (sum there {sum})", { sum: number(sizeOf(share.running)) }) : "";
  return tr("∇ {size} to {name}", { size: number(sizeOf(share.gradient)), name: nameOf(run, share.to) }) + sum;
}

function nameOf(run, id, op = "") {
  const item = run.items.get(id);
  const layer = run.items.get(run.around(id).at(-1));
  if (item.kind === "parameter" && op) return tr("{op} of {name}", { op, name: item.label });
  return layer && item.kind === "op" ? `${item.label} (${layer.label})` : item.label;
}

// How to read the page, and its keys.
const KEYS = [
  ["→ ←", marked("one stop of the backward pass on, back")],
  [". ,", marked("to the next layer, back")],
  ["Space", marked("play, pause")],
  ["Home End", marked("before the first, after the last")],
  ["↓ ↑", marked("next node, previous node (in the drawing)")],
  ["Enter", marked("its rule in numbers")],
  ["f", marked("fold or unfold around it")],
  ["[ ]", marked("fold all, unfold one level")],
  ["+ − 0", marked("zoom in, out, fit")],
  [marked("Shift + arrows"), marked("move the drawing")],
  ["/", marked("search names, operations, shapes")],
  ["m", marked("backward pass or training")],
  ["t", marked("light or dark")],
  ["Esc", marked("close")],
];

function helpText() {
  const { marks, runs } = CONTENT;
  const { vanishing, exploding } = runs[0].balance;
  const bounds = { low: number(vanishing), high: number(exploding), ...marks, broken: marks["not finite"] };
  const told = [
    tr(
      "Cards are tensors: name, shape, value, and ∇, the rms of the gradient. Dark boxes are operations. Arrows " +
        "point the way the gradient flows; their colour and width are its size, and the number is printed.",
    ),
    tr(
      "{vanishing} and dashes: vanishing, below {low} of the gradient that leaves the loss. {exploding}: exploding, " +
        "above {high} times it. {zero}: exactly 0, or a sum that cancels but for rounding. {broken}: not finite. " +
        "Thin dots: no gradient has come yet. Thin grey dashes: data, which get none.",
      bounds,
    ),
    tr(
      "The order of the stops is the engine's own: a gradient is passed on once everything that uses a tensor has " +
        "sent its share.",
    ),
  ];
  const row = ([key, words]) => make("tr", {}, make("th", { scope: "row" }, tr(key)), make("td", {}, tr(words)));
  return [
    make("h2", { id: "help-title" }, tr("How to read it")),
    ...told.map((words) => make("p", {}, words)),
    make("table", {}, KEYS.map(row)),
    make(
      "p",
      { class: "muted" },
      tr(
        "The wheel and two fingers zoom, dragging moves. Click for the rule; click a folded card twice, or the title " +
          "of an open layer, to unfold or fold it.",
      ),
    ),
    make("form", { method: "dialog" }, make("button", { autofocus: true }, tr("Close"))),
  ];
}
