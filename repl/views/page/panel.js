// What is known of a node: a card beside the pointer, and a panel with its rule in numbers.

// Bars of a distribution, with its ends under it and a line where zero is.
function histogram(bars, shade, label) {
  const [low, high, heights] = bars;
  const [width, height] = [196, 40];
  const step = width / heights.length;
  const svg = shape("svg", {
    class: "bars",
    viewBox: `0 0 ${width} ${height + 14}`,
    role: "img",
    "aria-label": tr("{label}: from {low} to {high}", { label, low: number(low), high: number(high) }),
  });
  [...heights].forEach((digit, i) => {
    const tall = (parseInt(digit, 36) / 35) * height;
    const bar = shape("rect", { x: i * step + 0.5, y: height - tall, width: step - 1, height: tall });
    bar.style.fill = shade;
    svg.append(bar);
  });
  svg.append(shape("line", { class: "base", x1: 0, x2: width, y1: height, y2: height }));
  if (low < 0 && high > 0) {
    const zero = (-low / (high - low)) * width;
    svg.append(shape("line", { class: "zero", x1: zero, x2: zero, y1: 0, y2: height }));
    if (zero > 50 && zero < width - 50)
      svg.append(shape("text", { x: zero, y: height + 11, "text-anchor": "middle" }, "0"));
  }
  svg.append(
    shape("text", { x: 0, y: height + 11 }, number(low)),
    shape("text", { x: width, y: height + 11, "text-anchor": "end" }, number(high)),
  );
  return svg;
}

// Value or gradient of something: its number, its spread, its distribution.
function facts(title, stats, bars, shade) {
  // Of a recorded step only the size is known.
  const rows =
    stats.size === 1
      ? [[title, number(sizeOf(stats))]]
      : [
          [tr("{what} rms", { what: title }), number(stats.rms)],
          ...(Number.isNaN(stats.low)
            ? []
            : [
                [tr("mean"), number(stats.mean)],
                [tr("range"), `${number(stats.low)} … ${number(stats.high)}`],
              ]),
        ];
  if (stats.size > 1 && stats.zeros > 0) rows.push([tr("exactly 0"), `${number(100 * stats.zeros)} %`]);
  if (stats.nans) rows.push(["NaN", count(stats.nans, "element")]);
  if (stats.infs) rows.push([tr("infinite"), count(stats.infs, "element")]);
  const list = make(
    "dl",
    {},
    rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
  );
  return [list, bars ? histogram(bars, shade, title) : null];
}

// A formula as it is read: a product has a dot.
function formula(text) {
  return text
    .replace(/^\((-[\d.e+-]+)\)$/, "$1")
    .replaceAll(" * ", " · ")
    .replaceAll(" - ", " − ")
    .replace(/(^|[(\s])-(?=[\d.])/g, "$1−");
}

class Card {
  constructor(element) {
    this.element = element;
  }

  show(stage, item, x, y) {
    const { run, drawing } = stage;
    const gradient = drawing.amountOf(item);
    const parts = [
      make("strong", {}, item.name || item.label),
      " ",
      make("span", { class: "muted" }, `${lengths(item.shape)}${item.dtype ? " · " + item.dtype : ""}`),
    ];
    if (item.op && item.op !== item.label) parts.push(make("div", { class: "muted" }, item.op));
    if (item.value) parts.push(...facts(tr("value"), item.value, item.bars, ground("muted")));
    if (item.kind === "input") parts.push(make("div", { class: "muted" }, tr("data: no gradient goes here")));
    else if (item.kind === "rest" || item.kind === "failed" || !run.moments.length)
      parts.push(...(item.notes || []).map((line) => make("div", {}, line)));
    else if (!gradient) parts.push(make("div", { class: "muted" }, tr("no gradient has come yet")));
    else {
      const bars = stage.drawing.state.complete && !drawing.recorded ? item.gradient_bars : null;
      parts.push(...facts(tr("gradient"), gradient, bars, colour(gradient.rms)));
      const verdict = drawing.verdictOf(item, gradient);
      if (verdict !== "ok") parts.push(make("div", { class: "verdict" }, `${CONTENT.marks[verdict]} ${tr(verdict)}`));
    }
    const unfolds = run.isFold(item) && item.members;
    const hint = unfolds
      ? tr("click for more; twice to unfold")
      : item.kind === "op"
        ? tr("click for the rule in numbers")
        : tr("click for more");
    parts.push(make("div", { class: "hint" }, hint));
    this.place(parts, x, y);
  }

  // An arrow: what it brings back from the one to the other.
  showArrow({ run, drawing }, bundle, x, y) {
    const [tail, head] = [run.items.get(bundle.tail), run.items.get(bundle.head)];
    const forward = bundle.flow === "nothing" || bundle.flow === "value";
    const ends = forward ? `${tail.label} → ${head.label}` : `${head.label} → ${tail.label}`;
    const parts = [
      make("strong", {}, bundle.main.name || ends),
      " ",
      make("span", { class: "muted" }, lengths(bundle.main.shape)),
    ];
    const gradient = drawing.recorded ? drawing.recordedOn(bundle) : run.gradientOn(bundle, drawing.state);
    const moves = bundle.main.through;
    if (moves) parts.push(make("div", { class: "muted" }, tr("through {moves}", { moves })));
    if (gradient) parts.push(...facts(tr("gradient"), gradient, null, ""));
    else
      parts.push(
        make(
          "div",
          { class: "muted" },
          forward ? tr("a value; no gradient comes back here") : tr("no gradient has come yet"),
        ),
      );
    const verdict = drawing.verdictOf(bundle.main, gradient);
    if (verdict !== "ok") parts.push(make("div", { class: "verdict" }, `${CONTENT.marks[verdict]} ${tr(verdict)}`));
    this.place(parts, x, y);
  }

  place(parts, x, y) {
    this.element.replaceChildren(...parts.filter(Boolean));
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = x + 16 + width > innerWidth ? x - 16 - width : x + 16;
    const top = Math.min(y + 12, innerHeight - height - 8);
    this.element.style.left = `${Math.max(8, left)}px`;
    this.element.style.top = `${Math.max(8, top)}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}

class Panel {
  constructor(element, page) {
    this.element = element;
    this.page = page;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    document.body.classList.remove("with-panel");
    if (this.stage) this.stage.svg.focus({ preventScroll: true });
  }

  show(stage, id) {
    this.stage = stage;
    const item = stage.run.items.get(id);
    const close = make(
      "button",
      {
        type: "button",
        class: "close",
        "aria-label": tr("Close the details"),
        title: tr("Close ( Esc )"),
        onclick: () => this.close(),
      },
      "×",
    );
    const where = [tr(NAMES[item.kind]), item.path ? tr("in {path}", item) : "", this.layerOf(item)]
      .filter(Boolean)
      .join(" · ");
    const parts = [
      close,
      make("h3", {}, item.name && item.name !== item.label ? `${item.label} · ${item.name}` : item.label),
      make("p", { class: "muted" }, where),
      make(
        "p",
        { class: "muted" },
        [lengths(item.shape), item.dtype, item.parameters ? count(item.parameters, "parameter") : ""]
          .filter(Boolean)
          .join(" · "),
      ),
    ];
    if (item.source) parts.push(make("p", { class: "muted" }, tr("made by {source}", item)));
    if (item.kind === "failed") parts.push(...(item.notes || []).map((line) => make("p", {}, line)));
    if (stage.run.isFold(item)) parts.push(...this.fold(item));
    if (item.value) {
      parts.push(make("h4", {}, tr("Value")), ...facts(tr("value"), item.value, item.bars, ground("muted")));
    }
    if (item.gradient) parts.push(...this.gradient(item));
    if (item.kind === "op") parts.push(...this.rule(item));
    if (item.kind === "parameter" || item.kind === "op") parts.push(...this.sources(item));
    if (item.kind === "loss" && item.gradient)
      parts.push(make("p", {}, tr("The pass starts here: the gradient of the loss for itself is 1.")));
    if (item.kind === "input") parts.push(make("p", {}, tr("Data are given, not learned: no gradient goes here.")));
    this.element.replaceChildren(...parts.filter(Boolean));
    this.element.scrollTop = 0;
    this.element.hidden = false;
    document.body.classList.add("with-panel");
  }

  layerOf(item) {
    const around = this.stage.run.around(item.id).at(-1);
    return around ? this.stage.run.items.get(around).label : "";
  }

  fold(item) {
    if (!item.members) {
      return [
        make(
          "p",
          {},
          tr("{nodes} that are not in this file, to keep it small. A picture with this part unfolded has them.", {
            nodes: count(item.nodes, "node"),
          }),
        ),
      ];
    }
    const { run } = this.stage;
    const rows = item.members.map((id) => run.items.get(id));
    return [
      make(
        "button",
        { type: "button", onclick: () => this.stage.toggle(item.id) },
        `${item.opened ? "⊟" : "⊞"} ${item.opened ? tr("Fold") : tr("Unfold")}`,
      ),
      make(
        "ul",
        { class: "links" },
        rows.map((inner) =>
          make(
            "li",
            {},
            this.link(inner.id),
            make(
              "span",
              { class: "number" },
              inner.gradient ? chipText(inner.gradient, run.verdictOf(inner, inner.gradient)) : "",
            ),
          ),
        ),
      ),
    ];
  }

  gradient(item) {
    const { run } = this.stage;
    const verdict = run.verdictOf(item, item.gradient);
    const said = {
      vanishing: marked("It vanishes: {share} of what leaves the loss."),
      exploding: marked("It explodes: {share} of what leaves the loss."),
      zero: marked("It is exactly 0."),
      "not finite": marked("It is not finite."),
      "zero but for rounding": marked("It is a sum that cancels: only what rounding leaves of it is here."),
    }[verdict];
    const share = number(item.gradient.rms / run.reference);
    const told = said ? `${CONTENT.marks[verdict]} ${tr(said, { share })}` : "";
    const name = item.of ? tr("Gradient of {of}", item) : tr("Gradient");
    return [
      make("h4", {}, this.stage.drawing.state.complete ? name : tr("{name}, after the whole pass", { name })),
      ...facts(tr("gradient"), item.gradient, item.gradient_bars, colour(item.gradient.rms)),
      told ? make("p", { class: "verdict" }, told) : null,
    ];
  }

  momentsOf(id) {
    return this.stage.run.moments.map((moment, i) => [moment, i]).filter(([moment]) => moment.node === id);
  }

  // The rule of an operation, and each of its parts with this node's numbers.
  rule(item) {
    const rule = this.stage.run.data.rules[item.op] || { formulas: {}, why: "" };
    const formulas = Object.entries(rule.formulas);
    const parts = [make("h4", {}, tr("Rule"))];
    if (formulas.length) {
      parts.push(
        make(
          "div",
          { class: "formulas" },
          formulas.map(([name, text]) => make("code", {}, `dL/d${name} = ${formula(text)}`)),
        ),
      );
    }
    if (rule.why) parts.push(make("p", {}, rule.why));
    for (const [moment, i] of this.momentsOf(item.id)) {
      const what = moment.gradient
        ? tr("a gradient g of rms {size} arrives.", { size: number(sizeOf(moment.gradient)) })
        : tr("gradients arrive at its results.");
      parts.push(
        make("h4", {}, tr("With this node's numbers")),
        make(
          "p",
          { class: "muted" },
          moment.inside
            ? tr("Stop {stop} of the pass, inside {inside}: {what}", { stop: i + 1, inside: moment.inside, what })
            : tr("Stop {stop} of the pass: {what}", { stop: i + 1, what }),
        ),
      );
      for (const share of moment.shares) parts.push(this.worked(share, moment, formulas));
    }
    return parts;
  }

  // How an operand is used, if not as it is: a weight transposed, for one.
  through(tail, head) {
    const { through } = this.stage.run.edges.find((edge) => edge.tail === tail && edge.head === head) || {};
    return !through ? "" : through === "T" ? "ᵀ" : " " + tr("through {moves}", { moves: through });
  }

  worked(share, moment, formulas) {
    const { run } = this.stage;
    const name = formulas[share.operand] ? formulas[share.operand][0] : "x";
    const at = share.index ? `[${share.index.join(", ")}]` : "";
    const rows = [
      [tr("g there"), share.upstream],
      [tr("local derivative"), share.slope],
    ]
      .filter(([, value]) => value !== undefined)
      .map(([told, value]) => make("div", {}, make("dt", {}, told), make("dd", {}, number(value))));
    const more = share.terms > 3 ? ` + … ${tr("({count} terms)", { count: share.terms })}` : "";
    const text = share.text ? `${formula(share.text)}${more} = ${number(share.element)}` : number(share.element);
    const gain = moment.gradient ? share.gradient.rms / moment.gradient.rms : NaN;
    return make(
      "section",
      { class: "worked" },
      make(
        "p",
        {},
        tr("For {name}, ", { name }),
        this.link(share.to),
        this.through(share.to, moment.node),
        `: rms ${number(sizeOf(share.gradient))}` +
          (Number.isFinite(gain) && run.items.get(moment.node).kind === "op"
            ? tr(", {gain} times what arrived", { gain: number(gain) })
            : ""),
      ),
      rows.length ? make("dl", {}, rows) : null,
      share.element === undefined ? null : make("code", {}, `dL/d${name}${at} = ${text}`),
      share.index ? make("p", { class: "muted" }, tr("{at} is its largest element.", { at })) : null,
    );
  }

  // Who adds to this gradient, in the engine's order, and the sum after each.
  sources(item) {
    const rows = [];
    this.stage.run.moments.forEach((moment, i) => {
      for (const share of moment.shares) if (share.to === item.id && share.running) rows.push([moment, i, share]);
    });
    if (!rows.length) return [];
    return [
      make("h4", {}, tr("Added up here")),
      make(
        "table",
        {},
        make(
          "tr",
          {},
          [tr("stop"), tr("from"), tr("adds"), tr("sum")].map((head) => make("th", {}, head)),
        ),
        rows.map(([moment, i, share]) =>
          make(
            "tr",
            {},
            make(
              "td",
              {},
              make(
                "button",
                { type: "button", class: "link", onclick: () => this.page.goTo(this.stage, i + 1) },
                String(i + 1),
              ),
            ),
            make("td", {}, moment.node === item.id ? moment.op : this.link(moment.node)),
            make("td", {}, number(sizeOf(share.gradient))),
            make("td", {}, number(sizeOf(share.running))),
          ),
        ),
      ),
    ];
  }

  link(id) {
    const item = this.stage.run.items.get(id);
    return make(
      "button",
      { type: "button", class: "link", onclick: () => this.stage.jump(id) },
      item.label || item.name,
    );
  }
}
