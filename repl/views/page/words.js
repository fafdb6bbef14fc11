// A stop of the pass, and a step of training, in words.

// What arrived at a node, what was handed on, what has come together there. A list of texts and elements.
function sentence(run, state) {
  const { moment, complete, done } = state;
  const { moments } = run;
  if (run.data.missing) return [run.data.missing];
  if (!moments.length) return ["nothing of the pass is in this part of the graph"];
  if (!moment) return [`before the pass: values only; next, the loss sends 1 to ${nameOf(run, moments[0].node)}`];
  const stop = `stop ${done} of ${moments.length}${complete ? ", the last" : ""}`;
  const told = [make("strong", {}, stop), `${engineStep(run, moment)}: ${nameOf(run, moment.node, moment.op)} `];
  told.push(moment.gradient ? `gets ∇ ${number(sizeOf(moment.gradient))}` : "gets the gradients of its results");
  if (moment.stops) return [...told, `; ${count(moment.stops, "stop")} inside`];
  if (!moment.shares.length) return [...told, "; nothing goes on from here"];
  return [...told, `, hands on ${moment.shares.map((share) => handedOn(run, share)).join(", ")}`];
}

// Where the engine counts otherwise: an opened operation is one step to it.
function engineStep(run, { number: step, inside }) {
  if (run.data.steps === run.moments.length) return "";
  return ` (the engine's step ${step} of ${run.data.steps}${inside ? `, inside ${inside}` : ""})`;
}

function handedOn(run, share) {
  const several = (run.arrivals.get(share.to) || 1) > 1;
  const sum = share.running && several ? ` (sum there ${number(sizeOf(share.running))})` : "";
  return `∇ ${number(sizeOf(share.gradient))} to ${nameOf(run, share.to)}${sum}`;
}

function nameOf(run, id, op = "") {
  const item = run.items.get(id);
  const layer = run.items.get(run.around(id).at(-1));
  if (item.kind === "parameter" && op) return `${op} of ${item.label}`;
  return layer && item.kind === "op" ? `${item.label} (${layer.label})` : item.label;
}

// How to read the page, and its keys.
const KEYS = [
  ["→ ←", "one stop of the backward pass on, back"],
  [". ,", "to the next layer, back"],
  ["Space", "play, pause"],
  ["Home End", "before the first, after the last"],
  ["↓ ↑", "next node, previous node (in the drawing)"],
  ["Enter", "its rule in numbers"],
  ["f", "fold or unfold around it"],
  ["[ ]", "fold all, unfold one level"],
  ["+ − 0", "zoom in, out, fit"],
  ["Shift + arrows", "move the drawing"],
  ["/", "search names, operations, shapes"],
  ["m", "backward pass or training"],
  ["t", "light or dark"],
  ["Esc", "close"],
];

function helpText() {
  const { marks, runs } = CONTENT;
  const { vanishing, exploding } = runs[0].balance;
  const told = [
    "Cards are tensors: name, shape, value, and ∇, the rms of the gradient. Dark boxes are operations. Arrows point " +
      "the way the gradient flows; their colour and width are its size, and the number is printed.",
    `${marks.vanishing} and dashes: vanishing, below ${number(vanishing)} of the gradient that leaves the loss. ` +
      `${marks.exploding}: exploding, above ${number(exploding)} times it. ${marks.zero}: exactly 0, or a sum that ` +
      `cancels but for rounding. ${marks["not finite"]}: not finite. Thin dots: no gradient has come yet. Thin grey ` +
      "dashes: data, which get none.",
    "The order of the stops is the engine's own: a gradient is passed on once everything that uses a tensor has sent " +
      "its share.",
  ];
  const row = ([key, words]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, words));
  return [
    make("h2", { id: "help-title" }, "How to read it"),
    ...told.map((words) => make("p", {}, words)),
    make("table", {}, KEYS.map(row)),
    make(
      "p",
      { class: "muted" },
      "The wheel and two fingers zoom, dragging moves. Click for the rule; click a folded card twice, or the title " +
        "of an open layer, to unfold or fold it.",
    ),
    make("form", { method: "dialog" }, make("button", { autofocus: true }, "Close")),
  ];
}
