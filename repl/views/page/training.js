// A training run over time: the loss, and the gradient of each parameter at each recorded step, as a map of decades.

class Training {
  constructor(run) {
    this.run = run;
    this.history = run.data.history;
    this.losses = this.history.loss.map(Number);
    this.sizes = this.history.nodes.map((id) => run.items.get(id));
  }

  get length() {
    return this.history.steps.length;
  }

  // The gradients of one recorded step, by node.
  at(index) {
    const found = new Map();
    this.history.rms[index].forEach((rms, i) => {
      if (rms === null) return;
      const size = this.sizes[i] && this.sizes[i].gradient ? this.sizes[i].gradient.size : 1;
      found.set(this.history.nodes[i], { size, rms: Number(rms), mean: NaN, low: NaN, high: NaN, zeros: 0, nans: 0, infs: 0 });
    });
    return found;
  }

  said(index) {
    const known = [...this.at(index).entries()].map(([id, stats]) => [this.run.items.get(id), stats.rms]);
    const told = [`step ${this.history.steps[index]}: loss ${number(this.losses[index])}`];
    if (known.length) {
      const [least, most] = [known.reduce((a, b) => (b[1] < a[1] ? b : a)), known.reduce((a, b) => (b[1] > a[1] ? b : a))];
      told.push(`smallest gradient ∇${least[0].label} ${number(least[1])}`, `largest ∇${most[0].label} ${number(most[1])}`);
    }
    if (this.history.recorded > this.length) told.push(`${this.length} of ${this.history.recorded.toLocaleString("en-US")} recorded steps`);
    return told.join(" · ");
  }

  // Two small pictures on one axis of steps.
  draw(index, goTo) {
    const names = this.history.nodes.map((id) => this.run.items.get(id).label);
    const room = Math.max(320, Math.min(900, innerWidth - 24));
    const height = 96;
    const half = (room - 40) / 2;
    const svg = shape("svg", { class: "charts", width: room, height: height + 18, role: "img",
      "aria-label": `Loss from ${number(this.losses[0])} to ${number(this.losses.at(-1))}; gradients of ${names.join(", ")} by step` });
    const x = (i, left) => left + (this.length > 1 ? (i / (this.length - 1)) * (half - 4) : 0);
    this.lossCurve(svg, x, height, index);
    this.map(svg, x, half, height, index, names);
    svg.addEventListener("click", (event) => {
      const place = event.clientX - svg.getBoundingClientRect().left;
      const left = place > half + 20 ? half + 84 : 40;
      const wide = place > half + 20 ? room - left : half - 40;
      goTo(Math.round(Math.min(1, Math.max(0, (place - left) / wide)) * (this.length - 1)));
    });
    return svg;
  }

  lossCurve(svg, _, height, index) {
    const width = (Number(svg.getAttribute("width")) - 40) / 2;
    const finite = this.losses.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const x = (i) => 40 + (this.length > 1 ? i / (this.length - 1) : 0) * (width - 40);
    const y = (value) => 12 + (1 - (value - low) / (high - low || 1)) * (height - 16);
    const points = this.losses.map((value, i) => (Number.isFinite(value) ? `${x(i)},${y(value)}` : null)).filter(Boolean);
    svg.append(
      shape("text", { x: 40, y: 8 }, "loss"),
      shape("text", { x: 36, y: y(high) + 4, "text-anchor": "end" }, number(high)),
      shape("text", { x: 36, y: y(low), "text-anchor": "end" }, number(low)),
      shape("polyline", { class: "curve", points: points.join(" ") }),
      shape("line", { class: "cursor", x1: x(index), x2: x(index), y1: 10, y2: height }),
      shape("text", { x: x(index), y: height + 12, "text-anchor": "middle" }, `step ${this.history.steps[index]}`),
    );
    if (Number.isFinite(this.losses[index])) svg.append(shape("circle", { class: "dot", cx: x(index), cy: y(this.losses[index]), r: 4 }));
  }

  // A row for each parameter, a column for each step: where a row is pale blue, nothing is learned there.
  map(svg, _, half, height, index, names) {
    const width = Number(svg.getAttribute("width"));
    const left = half + 84;
    const rows = Math.max(1, names.length);
    const tall = (height - 12) / rows;
    const wide = (width - left) / this.length;
    svg.append(shape("text", { x: left, y: 8 }, "rms gradient of each parameter, by step"));
    this.history.rms.forEach((row, i) => row.forEach((rms, j) => {
      if (rms === null) return;
      const cell = shape("rect", { x: left + i * wide, y: 12 + j * tall, width: wide + 0.4, height: Math.max(1, tall - 0.6) });
      cell.style.fill = colour(Number(rms));
      svg.append(cell);
    }));
    const each = Math.ceil(9 / tall);
    names.forEach((name, j) => {
      if (j % each) return;
      const rms = this.history.rms[index][j];
      svg.append(shape("text", { x: left - 4, y: 12 + (j + 0.5) * tall + 3, "text-anchor": "end" },
        `${shortened(name, 30, 9)} ${rms === null ? "–" : number(rms)}`));
    });
    const at = left + (index + 0.5) * wide;
    svg.append(shape("line", { class: "cursor", x1: at, x2: at, y1: 10, y2: height }));
  }
}
