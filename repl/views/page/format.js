// Numbers, colours and elements: what every other script of the page needs.

const CONTENT = JSON.parse(document.getElementById("content").textContent);
const by = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

// An HTML element. Text goes in as text, never as markup: names are whatever their owner called them.
function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same for SVG.
function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== ""));
  return element;
}

// A text in the page's language, with values in the places of their names; English where it has no other words.
function tr(text, values = {}) {
  const found = (CONTENT.words || {})[text] || text;
  return found.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));
}

// Marks a text that goes through `tr` where it is shown.
function marked(text) {
  return text;
}

// What the kinds of nodes are called.
const NAMES = {
  op: marked("operation"),
  module: marked("folded"),
  parameter: marked("parameter"),
  input: marked("data"),
  loss: marked("loss"),
  failed: marked("failed operation"),
  rest: marked("not in this picture"),
};

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function superscript(exponent) {
  return [...String(exponent)].map((sign) => SUPERSCRIPTS[sign]).join("");
}

// Three digits, and a power of ten outside 0.01 to 1000: as in the other pictures.
function number(value) {
  const x = Number(value);
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "";
  const size = Math.abs(x);
  if (size === Infinity) return sign + "∞";
  if (size === 0) return "0";
  const short = Number(size.toPrecision(3));
  if (size >= 1e-2 && short < 1000) return sign + short;
  const [digits, exponent] = size.toExponential(1).split("e");
  return `${sign}${digits}·10${superscript(Number(exponent))}`;
}

function count(things, one) {
  return things === 1 ? tr(`1 ${one}`) : tr(`{count} ${one}s`, { count: things.toLocaleString("en-US") });
}

function lengths(dims) {
  return dims && dims.length ? dims.join("×") : tr("scalar");
}

// Statistics come as a row of numbers, some of them as text.
function statistics(row) {
  if (!row) return null;
  const [size, rms, mean, low, high, zeros, nans, infs] = row.map(Number);
  return { size, rms, mean, low, high, zeros, nans, infs };
}

// The one number that stands for a tensor: itself if it is a scalar, else its rms.
function sizeOf(stats) {
  return stats.size === 1 && Number.isFinite(stats.mean) ? stats.mean : stats.rms;
}

// Several arrays taken as one.
function pool(parts) {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (parts.length < 2) return parts[0] || null;
  // Scaled by the largest, whose square may leave the range of numbers.
  const top = Math.max(...parts.map((part) => part.rms));
  const safe = top > 0 && Number.isFinite(top) ? top : 1;
  const mean = parts.reduce((sum, part) => sum + (part.rms / safe) ** 2 * (part.size / size), 0);
  return { ...parts[0], size, rms: safe * Math.sqrt(mean) };
}

// What to say of a gradient, beside the one on the loss side of the same graph.
function judge(stats, reference, balance) {
  if (!stats || !stats.size) return "ok";
  if (!Number.isFinite(stats.rms)) return marked("not finite");
  if (stats.rms === 0) return marked("zero");
  if (!(reference > 0 && reference < Infinity)) return "ok";
  if (stats.rms < balance.vanishing * reference) return marked("vanishing");
  return stats.rms > balance.exploding * reference ? marked("exploding") : "ok";
}

function chipText(stats, verdict, of = "") {
  const mark = CONTENT.marks[verdict];
  return `∇${of} ${number(sizeOf(stats))}${mark ? " " + mark : ""}`;
}

// Colours are those of the theme that is on.
function ramp() {
  return CONTENT.ramps[document.documentElement.dataset.theme];
}

function ground(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function mix(one, other, share) {
  const to = channels(other);
  const mixed = channels(one).map((a, i) => Math.round(a + (to[i] - a) * share));
  return "#" + mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("");
}

// Linear between the stops over log10, flat beyond them; exactly 0 has the colour of a line.
function colour(gradient) {
  const size = Math.abs(gradient);
  const stops = ramp();
  if (size === 0) return ground("line");
  if (!Number.isFinite(size)) return stops.at(-1)[1];
  const place = Math.log10(size);
  const after = stops.findIndex(([stop]) => place < stop);
  if (after <= 0) return stops.at(after)[1];
  const [[x0, c0], [x1, c1]] = [stops[after - 1], stops[after]];
  return mix(c0, c1, (place - x0) / (x1 - x0));
}

function penWidth(gradient) {
  const size = Math.abs(gradient);
  if (size === 0) return 1;
  if (!Number.isFinite(size)) return 6.5;
  return Math.min(6.5, Math.max(1, 1 + 0.6 * (Math.log10(size) + 8)));
}

function luminance(colour) {
  const linear = channels(colour).map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function contrast(one, other) {
  const [bright, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

// The colour moved towards the ink as far as it takes to be read as text.
function readable(shade, behind = ground("ground")) {
  const ink = ground("ink");
  for (let step = 0; step < 20; step += 1) {
    const mixed = mix(shade, ink, step / 20);
    if (contrast(mixed, behind) >= 4.5) return mixed;
  }
  return ink;
}

function inkOn(shade) {
  return contrast("#FFFFFF", shade) >= 4.2 ? "#FFFFFF" : "#12171D";
}

// How wide text will be, before it is drawn.
const RULER = document.createElement("canvas").getContext("2d");
const FONT = ground("font");

function widthOf(text, size, bold = false) {
  RULER.font = `${bold ? "bold " : ""}${size}px ${FONT}`;
  return RULER.measureText(text).width;
}

// Text with its middle left out where there is no room for it.
function shortened(text, room, size, bold = false) {
  if (widthOf(text, size, bold) <= room) return text;
  const signs = [...text];
  let keep = signs.length;
  let short = text;
  while (keep > 2 && widthOf(short, size, bold) > room) {
    keep -= 1;
    const head = Math.ceil(keep / 2);
    short = signs.slice(0, head).join("") + "…" + signs.slice(signs.length - keep + head).join("");
  }
  return short;
}
