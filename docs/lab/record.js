// What was recorded, unpacked: the numbers of a setting at each frame, and its planes of bytes.

const FRAMES = CONTENT.frames;
const LAST = FRAMES.length - 1;

async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Records {
  static async open() {
    const [numbers, planes] = await Promise.all([unpack(CONTENT.numbers), unpack(CONTENT.planes)]);
    return new Records(JSON.parse(new TextDecoder().decode(numbers)), planes);
  }

  // Planes lie one behind the other in the order of the settings: first the histograms, then the ground.
  constructor(numbers, planes) {
    this.found = new Map();
    let at = 0;
    for (const [key, record] of Object.entries(numbers)) {
      const depth = record.deviations[0].length;
      const bars = FRAMES.length * depth * CONTENT.bins;
      const ground = FRAMES.length * CONTENT.resolution ** 2;
      record.bars = planes.subarray(at, at + bars);
      record.ground = planes.subarray(at + bars, at + bars + ground);
      record.depth = depth;
      record.activation = key.split("/")[2];
      at += bars + ground;
      this.found.set(key, record);
    }
  }

  of({ scheme, scale, activation, depth }) {
    const fixed = { alexnet: ["normal", "0.01"], xavier: ["xavier", ""], he: ["he", ""] }[scheme];
    const [kind, size] = fixed || [scheme, String(scale)];
    return this.found.get([kind, size, activation, depth].join("/"));
  }
}

function barsAt(record, frame, layer) {
  const start = (frame * record.depth + layer) * CONTENT.bins;
  return record.bars.subarray(start, start + CONTENT.bins);
}

function groundAt(record, frame) {
  const size = CONTENT.resolution ** 2;
  return record.ground.subarray(frame * size, (frame + 1) * size);
}

// Learned, in part, or not at all: what the reader is asked to predict.
function outcome(record) {
  const accuracy = Number(record.accuracy[LAST]);
  if (!Number.isFinite(Number(record.loss[LAST]))) return "no";
  if (accuracy >= 0.9) return "yes";
  return accuracy > 0.4 ? "part" : "no";
}

// What the start has wrong, if anything: by what the engine's diagnosis finds before the first step, by the gradients,
// and by what is left of the signal in the last hidden layer.
function causes(record) {
  const gradients = record.gradients[0].map(Number);
  const spread = Number(record.deviations[0].at(-1));
  const verdict = judge({ size: 2, rms: gradients[0] }, gradients.at(-1), CONTENT);
  const diagnosed = record.found[0];
  const holds = {
    symmetric: diagnosed.includes("symmetric units"),
    dead: diagnosed.includes("dead units"),
    vanishing: verdict === "vanishing" || verdict === "zero",
    exploding: verdict === "exploding" || verdict === "not finite" || !(spread < 10),
    saturated: record.activation !== "relu" && Math.max(...record.ends[0].map(Number)) >= 0.5,
    starved: spread < 0.03,
  };
  return Object.keys(holds).filter((cause) => holds[cause]);
}
