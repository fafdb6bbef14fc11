// A run as SVG: cards, operations, arrows, the boxes round open layers; and how much of the gradient has come.

const GAP = 12;
const CARD_WIDE = 430; // a folded card

class Drawing {
  constructor(run, svg) {
    this.run = run;
    this.svg = svg;
    this.root = shape("g", { class: "graph" });
    svg.append(this.root);
    this.recorded = null; // a step of training, instead of the backward pass
  }

  // Draw anew: after something was folded, or the theme or the shape of the window has changed.
  draw(wide) {
    const { run } = this;
    this.items = run.visible();
    this.bundles = run.bundles();
    for (const item of this.items) [item.width, item.height] = this.size(item);
    const users = new Map();
    for (const bundle of this.bundles) users.set(bundle.tail, (users.get(bundle.tail) || 0) + 1);
    for (const bundle of this.bundles) {
      const { kind } = run.items.get(bundle.tail);
      // An arrow says nothing where the card at its end says the same.
      const silent = bundle.flow || ((kind === "parameter" || kind === "input") && users.get(bundle.tail) === 1);
      bundle.told = silent ? 0 : Math.max(widthOf(lengths(bundle.main.shape), 9.5), 66);
    }
    this.wide = wide && this.isShort();
    this.plan = layout(this.items, this.bundles, this.clusters(), this.wide);
    this.elements = new Map();
    this.root.replaceChildren(
      ...this.plan.frames.sort((a, b) => b.width * b.height - a.width * a.height).map((frame) => this.frame(frame)),
      ...this.bundles.map((bundle) => this.arrow(bundle)),
      ...this.items.map((item) => this.item(item)),
    );
    this.bounds = this.measure();
  }

  // Up to four layers side by side, none folded: as far as a screen is wide.
  isShort() {
    const steps = this.items.filter((item) => item.spine && item.kind === "op").length;
    return !this.items.some((item) => item.kind === "module") && this.run.data.layers <= 4 && steps <= 14;
  }

  // Open folds that are in sight, with what they hold.
  clusters() {
    const found = new Map();
    for (const item of this.items) {
      for (const id of this.run.around(item.id)) {
        if (!found.has(id)) found.set(id, { id, members: [], depth: 0 });
        found.get(id).members.push(item.id);
      }
    }
    const deepen = [...found.values()].reverse();
    for (const cluster of deepen) {
      const outer = found.get(this.run.parent.get(cluster.id));
      if (outer) outer.depth = Math.max(outer.depth, cluster.depth + 1);
      cluster.width = widthOf(this.frameText(cluster.id), 11);
    }
    return [...found.values()];
  }

  frameText(id) {
    const fold = this.run.items.get(id);
    return `⊟ ${fold.label}${fold.note ? " · " + fold.note : ""}`;
  }

  size(item) {
    if (item.kind === "op") return [Math.max(34, widthOf(item.label, 13, true) + 22), 29];
    if (item.kind === "module") return [CARD_WIDE, 46];
    if (item.kind === "rest") return [widthOf(item.label, 10) + 24, 26];
    if (item.kind === "failed")
      return [
        Math.max(...this.told(item).map((line) => widthOf(line, 11, true))) + 30,
        24 + 16 * this.told(item).length,
      ];
    const head = widthOf(shortened(item.label, 150, 12, true), 12, true) + widthOf(lengths(item.shape), 10) + 32;
    return [Math.max(100, head), item.kind === "input" ? 64 : 72];
  }

  // What a failed operation says of itself.
  told(item) {
    return [`✕ ${item.label}`, ...(item.notes || [])].map((line) => shortened(line, 460, 11, true));
  }

  frame(frame) {
    const text = shortened(this.frameText(frame.id), frame.width - 20, 11);
    const title = shape("text", { class: "frame-title", x: frame.x + 10, y: frame.y + 15 }, text);
    const box = shape("rect", { ...frame, id: null, rx: 9 });
    return shape("g", { class: "frame", "data-id": frame.id }, box, title);
  }

  arrow(bundle) {
    const { curves, middle, direction } = this.plan.routes.get(bundle.key);
    const group = shape("g", { class: "edge", "data-key": bundle.key });
    const line = shape("path", { class: "line" });
    const tip = shape("path", { class: "tip" });
    group.append(shape("path", { class: "hit", d: pathOf(curves, 0, 0) }), line, tip); // wide enough to be pointed at
    const parts = { group, bundle, line, tip, curves, direction };
    if (bundle.told) {
      const [x, y] = this.wide ? [middle[0], middle[1] - 20] : [middle[0] + 12, middle[1] - 5];
      const anchor = this.wide ? "middle" : "start";
      parts.lengths = shape("text", { class: "small", x, y, "text-anchor": anchor }, lengths(bundle.main.shape));
      parts.amount = shape("text", { class: "amount", x, y: y + 12, "text-anchor": anchor });
      group.append(parts.lengths, parts.amount);
    }
    if (bundle.main.through && bundle.edges.length === 1) {
      // Beside the arrow: below it, where its own words stand above.
      const wide = bundle.told ? [middle[0] - 6, middle[1] + 16] : [middle[0] + 8, middle[1] + 3];
      const [x, y] = this.wide ? wide : [middle[0] - 3, middle[1] - 6];
      group.append(shape("text", { class: "small", x, y }, bundle.main.through));
    }
    this.elements.set(bundle.key, parts);
    return group;
  }

  item(item) {
    const place = this.plan.places.get(item.id);
    const [x, y] = [place.x - item.width / 2, place.y - item.height / 2];
    const group = shape("g", {
      class: `node ${item.kind}`,
      transform: `translate(${x} ${y})`,
      "data-id": item.id,
      role: "button",
      tabindex: -1,
      "aria-label": this.run.index + 1,
    });
    const parts = { group };
    group.append(
      shape("rect", { class: "halo", x: -5, y: -5, width: item.width + 10, height: item.height + 10, rx: 12 }),
    );
    group.append(shape("rect", { class: "body", width: item.width, height: item.height, rx: 8 }));
    if (item.kind === "op") this.operation(item, group, parts);
    else if (item.kind === "module") this.module(item, group, parts);
    else if (item.kind === "rest") group.append(shape("text", { class: "small", x: 12, y: 17 }, item.label));
    else if (item.kind === "failed") {
      group.append(
        ...this.told(item).map((line, i) =>
          shape("text", { class: i ? "value" : "name", x: 14, y: 22 + 16 * i }, line),
        ),
      );
    } else this.tensor(item, group, parts);
    this.elements.set(item.id, parts);
    return group;
  }

  operation(item, group, parts) {
    group.append(shape("text", { class: "sign", x: item.width / 2, y: 19, "text-anchor": "middle" }, item.label));
    if ((this.run.arrivals.get(item.id) || 0) > 1) {
      // Several users: their shares add up here, and it is shown how far they have.
      parts.sum = shape("text", { class: "sum", x: item.width + 6, y: this.wide ? 40 : 34 });
      group.append(parts.sum);
    }
  }

  tensor(item, group, parts) {
    const right = item.width - 10;
    const label = shortened(item.label, 150, 12, true);
    parts.value = shape("text", { class: "value", x: right, y: 36, "text-anchor": "end" }, this.valueText(item));
    group.append(
      shape("text", { class: "name", x: 10, y: 18 }, label),
      shape("text", { class: "small", x: right, y: 18, "text-anchor": "end" }, lengths(item.shape)),
      shape("text", { class: "small", x: 10, y: 36 }, this.valueName(item)),
      parts.value,
    );
    if (item.kind === "input") {
      const middle = { class: "small", x: item.width / 2, y: 54, "text-anchor": "middle" };
      group.append(shape("text", middle, tr("no gradient")));
      return;
    }
    parts.chip = shape("rect", { class: "chip", x: 7, y: 45, width: item.width - 14, height: 20, rx: 6 });
    parts.amount = shape("text", { class: "chip-text", x: item.width / 2, y: 59, "text-anchor": "middle" });
    group.append(parts.chip, parts.amount);
  }

  valueName(item) {
    if (item.kind === "loss" || item.value.size === 1) return tr("value");
    return item.classes ? tr("classes") : "rms";
  }

  valueText(item) {
    if (item.classes) return `${item.value.low}–${item.value.high}`;
    return number(sizeOf(item.value));
  }

  module(item, group, parts) {
    const title = `${item.members ? "⊞ " : ""}${item.label}`;
    const told = [item.note, item.parameters ? count(item.parameters, "param") : count(item.nodes, "node")].filter(
      Boolean,
    );
    group.append(
      shape("text", { class: "name", x: 12, y: 20 }, shortened(title, 150, 12, true)),
      shape("text", { class: "small", x: 12, y: 36 }, shortened(told.join(" · "), 158, 9.5)),
      shape("rect", { class: "track", x: 180, y: 18, width: 130, height: 10, rx: 2 }),
    );
    parts.bar = shape("rect", { class: "bar", x: 180, y: 18, width: 0, height: 10, rx: 2 });
    parts.amount = shape("text", { class: "amount", x: item.width - 12, y: 27, "text-anchor": "end" });
    group.append(parts.bar, parts.amount);
  }

  measure() {
    const { x, y, width, height } = this.root.getBBox();
    return { x: x - GAP, y: y - GAP, width: width + 2 * GAP, height: height + 2 * GAP };
  }

  // How much of the gradient has come: the state of the pass, or a recorded step of training.
  paint(state) {
    this.state = state;
    this.root.classList.toggle("recorded", Boolean(this.recorded));
    const current = state.moment && !state.complete && !this.recorded ? state.moment : null;
    const at = current ? this.run.standIn(current.node) : null;
    for (const item of this.items) this.paintItem(item, state, item.id === at);
    const lit = new Set(
      (current ? current.shares || [] : []).map(
        (share) => `${this.run.standIn(share.to)}>${this.run.standIn(current.node)}`,
      ),
    );
    for (const bundle of this.bundles) this.paintArrow(bundle, state, lit.has(bundle.key));
  }

  // The gradient to show at an item now, null for none yet.
  amountOf(item) {
    if (!this.recorded) return this.run.gradientOf(item, this.state);
    if (item.kind === "parameter") return this.recorded.gradients.get(item.id) || null;
    if (!this.run.isFold(item) || !item.members) return null;
    const nodes = this.run
      .inside(item.id)
      .map((id) => this.run.items.get(id))
      .filter((node) => this.recorded.gradients.has(node.id));
    const weights = nodes.filter((node) => node.label.startsWith("W"));
    return pool((weights.length ? weights : nodes).map((node) => this.recorded.gradients.get(node.id)));
  }

  // A recorded step is judged beside its own last layer; there is no gradient of the loss side in it.
  verdictOf(entry, gradient) {
    return this.run.verdictOf(entry, gradient, this.recorded ? this.recorded.reference : this.run.reference);
  }

  paintItem(item, state, current) {
    const parts = this.elements.get(item.id);
    const gradient = this.amountOf(item);
    const verdict = this.verdictOf(item, gradient);
    const missing = !this.run.moments.length;
    parts.group.classList.toggle("current", current);
    parts.group.classList.toggle("waiting", !gradient && item.kind !== "input" && !missing && !this.recorded);
    parts.group.setAttribute("aria-label", this.spoken(item, gradient, verdict));
    if (parts.sum) this.paintSum(item, state, parts.sum);
    if (item.kind === "op") return;
    if (item.kind === "loss") {
      parts.value.textContent = this.recorded ? number(this.recorded.loss) : this.valueText(item);
      parts.chip.style.visibility = parts.amount.style.visibility = this.recorded ? "hidden" : "";
    }
    const shade = !gradient ? ground("line") : item.kind === "loss" ? ground("muted") : colour(gradient.rms);
    if (parts.chip) {
      parts.group.querySelector(".body").style.stroke = shade;
      parts.chip.style.fill = gradient ? shade : "none";
      parts.amount.style.fill = gradient ? inkOn(shade) : ground("muted");
      parts.amount.textContent = gradient
        ? chipText(gradient, verdict) + this.partly(item, state)
        : missing
          ? tr("no gradient")
          : tr("∇ not yet");
    }
    if (parts.bar) {
      parts.bar.style.fill = shade;
      parts.bar.setAttribute("width", gradient ? 130 * this.share(gradient.rms) : 0);
      parts.amount.style.fill = gradient ? readable(shade, ground("card")) : ground("muted");
      parts.amount.textContent = gradient
        ? chipText(gradient, verdict, item.of || "")
        : missing || this.recorded
          ? ""
          : tr("∇ not yet");
    }
  }

  // "1 of 2" at something that not everything has arrived at.
  partly(item, state) {
    const [here, all] = [state.arrived.get(item.id) || 0, this.run.arrivals.get(item.id) || 0];
    return !this.recorded && here < all ? tr(" ({here} of {all})", { here, all }) : "";
  }

  paintSum(item, state, element) {
    const [here, all] = [state.arrived.get(item.id) || 0, this.run.arrivals.get(item.id)];
    const sum = state.sums.get(item.id);
    const told = () => tr("Σ {sum} · {here} of {all}", { sum: number(sizeOf(sum)), here, all });
    element.textContent = here && !this.recorded ? told() : "";
  }

  // How much of a bar a gradient fills, over the decades of the ramp, or of the graph where it goes further.
  share(size) {
    if (!Number.isFinite(size)) return 1;
    const [low, high] = this.run.decades;
    return size === 0 ? 0 : Math.min(1, Math.max(0.02, (Math.log10(size) - low) / (high - low)));
  }

  paintArrow(bundle, state, current) {
    const parts = this.elements.get(bundle.key);
    const forward = bundle.flow === "nothing" || bundle.flow === "value";
    const gradient = this.recorded ? this.recordedOn(bundle) : this.run.gradientOn(bundle, state);
    const seed = bundle.flow === "seed";
    const verdict = this.verdictOf(bundle.main, gradient);
    const width = forward ? 1.2 : seed ? 1.6 : gradient ? penWidth(gradient.rms) : 1.2;
    const shade = forward || !gradient ? ground("line") : seed ? ground("muted") : colour(gradient.rms);
    parts.group.classList.toggle("current", current);
    parts.group.classList.toggle("waiting", !forward && !gradient);
    parts.line.setAttribute("d", pathOf(parts.curves, forward ? 0 : 5 + width, forward ? 7 : 0));
    parts.line.style.stroke = shade;
    parts.line.style.strokeWidth = width;
    parts.line.style.strokeDasharray =
      bundle.flow === "value" ? "none" : forward ? "5 4" : verdict === "vanishing" ? "7 4" : gradient ? "none" : "2 4";
    parts.tip.setAttribute("d", verdict === "zero" ? ring(parts) : tip(parts, 5 + 0.75 * width, forward));
    parts.tip.style.fill = verdict === "zero" ? "none" : shade;
    parts.tip.style.stroke = shade;
    if (parts.amount) {
      parts.amount.textContent = gradient ? chipText(gradient, verdict) : "";
      parts.amount.style.fill = gradient ? readable(shade) : ground("muted");
    }
  }

  recordedOn(bundle) {
    const tail = this.run.items.get(bundle.tail);
    return tail.kind === "parameter" ? this.amountOf(tail) : null;
  }

  // What a screen reader says of it.
  spoken(item, gradient, verdict) {
    const told = [`${tr(NAMES[item.kind])} ${item.label}`, item.name && item.name !== item.label ? item.name : ""];
    if (item.kind === "module") told.push(item.note);
    told.push(tr("shape {shape}", { shape: lengths(item.shape) }));
    if (item.value) told.push(tr("value {size}", { size: number(sizeOf(item.value)) }));
    if (item.kind === "input" || !this.run.moments.length) told.push(tr("no gradient"));
    else if (!gradient) told.push(tr("no gradient yet"));
    else told.push(tr("gradient {size}", { size: number(sizeOf(gradient)) }), verdict === "ok" ? "" : tr(verdict));
    return told.filter(Boolean).join(", ");
  }
}

// The curves as a path, with a bit left out at its start or its end for the arrow's tip.
function pathOf(curves, first, last) {
  const points = curves.map((curve) => curve.map((point) => [...point]));
  cut(points[0], 0, 1, first);
  cut(points.at(-1), 3, 2, last);
  const words = points.map(([, b, c, d]) => `C${b.join(" ")} ${c.join(" ")} ${d.join(" ")}`);
  return `M${points[0][0].join(" ")} ${words.join("")}`;
}

function cut(curve, end, next, length) {
  const other = curve[next].every((v, i) => v === curve[end][i]) ? curve[3 - end] : curve[next];
  const [dx, dy] = [other[0] - curve[end][0], other[1] - curve[end][1]];
  const far = Math.hypot(dx, dy) || 1;
  const by = Math.min(length, far * 0.8) / far;
  curve[end] = [curve[end][0] + dx * by, curve[end][1] + dy * by];
}

// The head of an arrow: at the tail of the data's edge, where the gradient goes; for data, at the operation.
function tip({ curves, direction: [dx, dy] }, size, forward) {
  const [x, y] = forward ? curves.at(-1)[3] : curves[0][0];
  const [ux, uy] = forward ? [-dx, -dy] : [dx, dy];
  const [bx, by] = [x + ux * size * 1.5, y + uy * size * 1.5];
  const [nx, ny] = [-uy * size * 0.62, ux * size * 0.62];
  return `M${x} ${y}L${bx + nx} ${by + ny}L${bx - nx} ${by - ny}Z`;
}

function ring({ curves, direction: [dx, dy] }) {
  const [x, y] = [curves[0][0][0] + dx * 5, curves[0][0][1] + dy * 5];
  return `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`;
}
