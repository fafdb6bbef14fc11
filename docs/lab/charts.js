// The four pictures: cost over steps, the plane with its classes, activations and gradients by layer.

const MARKS = ["●", "▲", "■"]; // a class is never a colour alone
const GUESSING = Math.log(3);

function text(x, y, words, attributes = {}) {
  return shape("text", { x, y, ...attributes }, words);
}

function board(id, width, height, label, ...parts) {
  const box = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMinYMin" };
  const svg = shape("svg", { ...box, role: "img", "aria-label": label, class: "chart" });
  svg.append(...parts.flat(Infinity).filter(Boolean));
  by(id).querySelector("div").replaceChildren(svg);
}

function share(value) {
  return `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
}

// --- the cost, on a logarithmic axis that is the same for all settings, so that runs can be compared

const COST = { width: 420, height: 250, left: 44, right: 12, top: 12, bottom: 32, low: -2.5, high: 2 };

function costPlace(step, loss) {
  const { width, height, left, right, top, bottom, low, high } = COST;
  const place = Math.min(high, Math.max(low, Math.log10(loss)));
  return [
    left + (step / FRAMES[LAST]) * (width - left - right),
    top + ((high - place) / (high - low)) * (height - top - bottom),
  ];
}

function costLine(record, until, attributes) {
  const points = [];
  for (let i = 0; i <= until && Number.isFinite(Number(record.loss[i])); i += 1)
    points.push(costPlace(FRAMES[i], Number(record.loss[i])).join(","));
  return shape("polyline", { ...attributes, points: points.join(" ") });
}

function drawCost(record, frame, before, words) {
  const { width, left, right } = COST;
  const axis = [-2, -1, 0, 1, 2].map((decade) => {
    const y = costPlace(0, 10 ** decade)[1];
    return [
      shape("line", { class: "grid", x1: left, x2: width - right, y1: y, y2: y }),
      text(left - 6, y + 4, number(10 ** decade), { "text-anchor": "end" }),
    ];
  });
  const steps = [0, 200, 400, 600].map((step) =>
    text(costPlace(step, 1)[0], COST.height - 12, String(step), { "text-anchor": "middle" }),
  );
  const level = costPlace(0, GUESSING)[1];
  const guess = [
    shape("line", { class: "guess", x1: left, x2: width - right, y1: level, y2: level }),
    text(width - right, level - 4, words.guessing, { "text-anchor": "end" }),
  ];
  const loss = Number(record.loss[frame]);
  const here = Number.isFinite(loss)
    ? shape("circle", { class: "dot", cx: costPlace(FRAMES[frame], loss)[0], cy: costPlace(0, loss)[1], r: 5 })
    : text(costPlace(FRAMES[frame], 1)[0], 40, `✕ ${number(loss)}`, { class: "alarm", "text-anchor": "end" });
  const old = before && before !== record ? costLine(before, LAST, { class: "curve old" }) : null;
  board(
    "cost",
    width,
    COST.height,
    words.costLabel(number(loss), FRAMES[frame]),
    [axis, steps, guess, old, costLine(record, frame, { class: "curve" }), here],
    text(left - 6, COST.height - 12, words.steps, { "text-anchor": "end" }),
    old ? text(width - right, COST.top + 8, words.old, { "text-anchor": "end" }) : null,
  );
}

// --- the plane: the ground is what the network says there, the marks are the samples

const PLANE = 250;

function planePlace([x, y]) {
  const [[left, right], [bottom, top]] = CONTENT.span;
  return [((x - left) / (right - left)) * PLANE, ((top - y) / (top - bottom)) * PLANE];
}

function groundPicture(record, frame, colours) {
  const side = CONTENT.resolution;
  const canvas = make("canvas", { width: side, height: side });
  const pen = canvas.getContext("2d");
  const pixels = pen.createImageData(side, side);
  const behind = channels(ground("ground"));
  groundAt(record, frame).forEach((code, i) => {
    const at = 4 * ((side - 1 - Math.floor(i / side)) * side + (i % side)); // recorded from the bottom up
    const strength = code === 255 ? 0 : 0.12 + (0.4 * (code % CONTENT.levels)) / (CONTENT.levels - 1);
    const colour = code === 255 ? behind : channels(colours[Math.floor(code / CONTENT.levels)]);
    for (let c = 0; c < 3; c += 1) pixels.data[at + c] = behind[c] + (colour[c] - behind[c]) * strength;
    pixels.data[at + 3] = 255;
  });
  pen.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

// A sparse lattice of letters says the class of the ground without colour.
function letters(record, frame) {
  const side = CONTENT.resolution;
  const codes = groundAt(record, frame);
  const found = [];
  for (let row = 2; row < side; row += 6)
    for (let column = 2; column < side; column += 6) {
      const code = codes[row * side + column];
      const [x, y] = [((column + 0.5) / side) * PLANE, ((side - row - 0.5) / side) * PLANE];
      const sign = code === 255 ? "✕" : "ABC"[Math.floor(code / CONTENT.levels)];
      found.push(text(x, y + 4, sign, { class: "letter", "text-anchor": "middle" }));
    }
  return found;
}

function drawBoundary(record, frame, words) {
  const colours = CONTENT.series[document.documentElement.dataset.theme];
  const image = shape("image", { href: groundPicture(record, frame, colours), width: PLANE, height: PLANE });
  const samples = CONTENT.points.map((point, i) => {
    const [x, y] = planePlace(point);
    const mark = text(x, y + 2.6, MARKS[CONTENT.labels[i]], { class: "sample", "text-anchor": "middle" });
    mark.style.fill = colours[CONTENT.labels[i]];
    return mark;
  });
  const label = words.planeLabel(share(Number(record.accuracy[frame])));
  board("boundary", PLANE, PLANE, label, [image, letters(record, frame), samples]);
  by("boundary").querySelector("div").append(make("p", { class: "muted" }, words.planeKey));
}

// --- a row for each layer

const ROW = { width: 420, left: 26, label: 150, height: 24 };

function drawActivations(record, frame, activation, words) {
  const [low, high] = CONTENT.ranges[activation];
  const { width, left, label, height } = ROW;
  const [room, tall] = [width - left - label, record.depth > 5 ? height : height + 8];
  const rows = record.deviations[frame].map((deviation, layer) => {
    const base = (layer + 1) * tall;
    const wide = room / CONTENT.bins;
    const bars = [...barsAt(record, frame, layer)].map((tallness, bin) => {
      const size = (tallness / 255) * (tall - 5);
      return shape("rect", { class: "bin", x: left + bin * wide, y: base - size, width: wide - 0.6, height: size });
    });
    const told = words.spread(number(deviation), share(Number(record.ends[frame][layer])));
    return [
      text(left - 6, base - 4, String(layer + 1), { "text-anchor": "end" }),
      bars,
      shape("line", { class: "base", x1: left, x2: left + room, y1: base, y2: base }),
      text(width - label + 8, base - 4, told, { class: "told" }),
    ];
  });
  const bottom = record.depth * tall + 14;
  const ends = [
    text(left, bottom, number(low)),
    text(left + room / 2, bottom, number((low + high) / 2), { "text-anchor": "middle" }),
    text(left + room, bottom, `${number(high)}${activation === "relu" ? "+" : ""}`, { "text-anchor": "end" }),
    text(width - label + 8, bottom, words.spreadKey[activation]),
  ];
  const summary = words.activationsLabel(number(record.deviations[frame][0]), number(record.deviations[frame].at(-1)));
  board("activations", width, bottom + 4, summary, [rows, ends]);
}

const DECADES = { low: -14, high: 6 };

function drawGradients(record, frame, words) {
  const { width, left, label, height } = ROW;
  const tall = record.depth > 5 ? height - 2 : height + 4;
  const room = width - left - label;
  const place = (size) => {
    const decade = Math.min(DECADES.high, Math.max(DECADES.low, Math.log10(size)));
    return ((decade - DECADES.low) / (DECADES.high - DECADES.low)) * room;
  };
  const reference = Number(record.gradients[frame].at(-1));
  const rows = record.gradients[frame].map((written, layer) => {
    const size = Number(written);
    const verdict = judge({ size: 2, rms: size }, reference, CONTENT);
    const base = (layer + 1) * tall;
    const long = size > 0 ? Math.max(2, Number.isFinite(size) ? place(size) : room) : 0;
    const bar = shape("rect", { x: left, y: base - tall + 6, width: long, height: tall - 8, rx: 2 });
    bar.style.fill = Number.isNaN(size) ? ground("line") : colour(size);
    const mark = CONTENT.marks[verdict] ? ` ${CONTENT.marks[verdict]} ${words.verdicts[verdict]}` : "";
    return [
      text(left - 6, base - 5, layer === record.depth ? words.out : String(layer + 1), { "text-anchor": "end" }),
      shape("line", { class: "base", x1: left, x2: left + room, y1: base - 1, y2: base - 1 }),
      bar,
      text(width - label + 8, base - 5, `${number(size)}${mark}`, { class: mark ? "told alarm" : "told" }),
    ];
  });
  const bottom = (record.depth + 1) * tall + 14;
  const decades = [-12, -9, -6, -3, 0, 3].map((decade) =>
    text(left + place(10 ** decade), bottom, `10${superscript(decade)}`, { "text-anchor": "middle" }),
  );
  const grid = [-12, -9, -6, -3, 0, 3].map((decade) => {
    const x = left + place(10 ** decade);
    return shape("line", { class: "grid", x1: x, x2: x, y1: 0, y2: bottom - 12 });
  });
  const summary = words.gradientsLabel(number(record.gradients[frame][0]), number(reference));
  board("gradients", width, bottom + 4, summary, [grid, rows, decades]);
}
