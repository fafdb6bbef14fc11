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

  // One recorded step: its loss, the gradients by node, and the last layer's, beside which they are judged.
  at(index) {
    const gradients = this.gradients(index);
    return {
      loss: this.losses[index],
      gradients,
      reference: gradients.size ? [...gradients.values()].at(-1).rms : NaN,
    };
  }

  gradients(index) {
    const found = new Map();
    this.history.rms[index].forEach((rms, i) => {
      if (rms === null) return;
      const size = this.sizes[i] && this.sizes[i].gradient ? this.sizes[i].gradient.size : 1;
      found.set(this.history.nodes[i], {
        size,
        rms: Number(rms),
        mean: NaN,
        low: NaN,
        high: NaN,
        zeros: 0,
        nans: 0,
        infs: 0,
      });
    });
    return found;
  }

  said(index) {
    const known = [...this.gradients(index).entries()].map(([id, stats]) => [this.run.items.get(id), stats.rms]);
    const told = [
      tr("step {step}: loss {loss}", { step: this.history.steps[index], loss: number(this.losses[index]) }),
    ];
    const broken = known.filter(([, rms]) => !Number.isFinite(rms)).map(([item]) => item.label);
    if (broken.length) {
      const names = { mark: CONTENT.marks["not finite"], names: broken.join(", ") };
      told.push(tr("{mark} not finite: the gradient of {names}", names));
    } else if (known.length) {
      const [least, most] = [
        known.reduce((a, b) => (b[1] < a[1] ? b : a)),
        known.reduce((a, b) => (b[1] > a[1] ? b : a)),
      ];
      told.push(
        tr("smallest gradient ∇{name} {size}", { name: least[0].label, size: number(least[1]) }),
        tr("largest ∇{name} {size}", { name: most[0].label, size: number(most[1]) }),
      );
    }
    if (this.history.recorded > this.length)
      told.push(
        tr("{kept} of {count} recorded steps", {
          kept: this.length,
          count: this.history.recorded.toLocaleString("en-US"),
        }),
      );
    return told.join(" · ");
  }

  // Two small pictures of all recorded steps: the loss, and the gradient of each parameter.
  draw(index, width, goTo) {
    const names = this.history.nodes.map((id) => this.run.items.get(id).label);
    const room = Math.max(320, Math.min(1240, width));
    const narrow = room < 560;
    const curve = { left: 44, width: narrow ? room - 48 : room * 0.36, top: 12, height: 84 };
    const map = { left: narrow ? 84 : curve.left + curve.width + 110, top: narrow ? 128 : 12, height: 84 };
    map.width = room - map.left - 2;
    const svg = shape("svg", {
      class: "charts",
      width: room,
      height: map.top + map.height + 16,
      role: "img",
      "aria-label": tr("Loss from {first} to {last}; gradients by step", {
        first: number(this.losses[0]),
        last: number(this.losses.at(-1)),
      }),
    });
    this.lossCurve(svg, curve, index);
    this.map(svg, map, index, names);
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const area = (narrow ? y > map.top - 14 : x > map.left - 10) ? map : curve;
      goTo(Math.round(Math.min(1, Math.max(0, (x - area.left) / area.width)) * (this.length - 1)));
    });
    return svg;
  }

  lossCurve(svg, { left, width, top, height }, index) {
    const finite = this.losses.filter(Number.isFinite);
    const [low, high] = finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
    const x = (i) => left + (this.length > 1 ? i / (this.length - 1) : 0) * width;
    // A loss that runs away would press all the rest to the bottom.
    const decades = low > 0 && high / low > 1e3;
    const scaled = decades ? Math.log10 : (value) => value;
    const share = (value) => (scaled(value) - scaled(low)) / (scaled(high) - scaled(low) || 1);
    const y = (value) => top + 4 + (1 - share(value)) * (height - 8);
    const points = this.losses
      .map((value, i) => (Number.isFinite(value) ? `${x(i)},${y(value)}` : null))
      .filter(Boolean);
    svg.append(
      shape("text", { x: left, y: 9 }, decades ? tr("loss, in decades") : tr("loss")),
      shape("text", { x: left - 5, y: y(high) + 4, "text-anchor": "end" }, number(high)),
      shape("text", { x: left - 5, y: y(low) + 2, "text-anchor": "end" }, number(low)),
      shape("polyline", { class: "curve", points: points.join(" ") }),
      shape("line", { class: "cursor", x1: x(index), x2: x(index), y1: top, y2: top + height }),
      shape(
        "text",
        { x: Math.max(left + 14, x(index)), y: top + height + 12, "text-anchor": "middle" },
        tr("step {step}", { step: this.history.steps[index] }),
      ),
    );
    if (Number.isFinite(this.losses[index]))
      svg.append(shape("circle", { class: "dot", cx: x(index), cy: y(this.losses[index]), r: 4 }));
  }

  // A row for each parameter, a column for each step: where a row is pale blue, nothing is learned there.
  map(svg, { left, width, top, height }, index, names) {
    const tall = height / Math.max(1, names.length);
    const wide = width / this.length;
    svg.append(shape("text", { x: left, y: top - 3 }, tr("rms gradient of each parameter, by step")));
    this.history.rms.forEach((row, i) =>
      row.forEach((rms, j) => {
        if (rms === null) return;
        const cell = shape("rect", {
          x: left + i * wide,
          y: top + j * tall,
          width: wide + 0.4,
          height: Math.max(1, tall - 0.6),
        });
        cell.style.fill = Number.isFinite(Number(rms)) ? colour(Number(rms)) : ground("ink"); // off the ramp
        svg.append(cell);
      }),
    );
    const each = Math.ceil(9 / tall); // rows that are too thin for words share them
    names.forEach((name, j) => {
      if (j % each) return;
      const rms = this.history.rms[index][j];
      svg.append(
        shape(
          "text",
          { x: left - 5, y: top + (j + 0.5) * tall + 3, "text-anchor": "end" },
          `${shortened(name, 30, 9)} ${rms === null ? "–" : number(rms)}`,
        ),
      );
    });
    const at = left + (index + 0.5) * wide;
    svg.append(shape("line", { class: "cursor", x1: at, x2: at, y1: top, y2: top + height }));
  }
}
