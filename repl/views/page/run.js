// One run: its nodes, what is folded, and what had arrived where after so many stops of the backward pass.

class Run {
  constructor(data, index) {
    this.data = data;
    this.index = index;
    this.reference = Number(data.reference);
    this.balance = data.balance;
    this.items = new Map();
    this.parent = new Map();
    for (const node of data.nodes) this.items.set(node.id, this.read(node));
    for (const fold of data.folds)
      this.items.set(fold.id, this.read({ ...fold, kind: "module", opened: Boolean(fold.open) }));
    this.root = this.items.get("root");
    for (const fold of data.folds) for (const member of fold.members || []) this.parent.set(member, fold.id);
    this.edges = data.edges.map((edge) => ({ ...edge, gradient: statistics(edge.gradient) }));
    this.moments = data.moments.map((moment) => ({
      ...moment,
      gradient: statistics(moment.gradient),
      shares: (moment.shares || []).map((share) => ({
        ...share,
        gradient: statistics(share.gradient),
        running: statistics(share.running),
      })),
    }));
    this.arrivals = new Map(); // how often something will have been added to each node
    for (const moment of this.moments) {
      for (const share of moment.shares) {
        if (share.running) this.arrivals.set(share.to, (this.arrivals.get(share.to) || 0) + 1);
      }
    }
    const places = [...this.items.values()]
      .filter((item) => item.gradient && item.gradient.rms > 0 && item.gradient.rms < Infinity)
      .map((item) => Math.log10(item.gradient.rms));
    this.decades = [Math.min(-9, ...places.map(Math.floor)), Math.max(3, ...places.map(Math.ceil))];
    this.number();
  }

  read(entry) {
    return {
      ...entry,
      value: statistics(entry.value),
      gradient: statistics(entry.gradient),
      ends: (entry.ends || []).map(statistics),
    };
  }

  // Everything gets its place in the order of computing.
  number() {
    let place = 0;
    const visit = [this.root.id];
    while (visit.length) {
      const item = this.items.get(visit.pop());
      item.order = place;
      place += 1;
      if (item.members) visit.push(...[...item.members].reverse());
    }
  }

  // What to say of a gradient at a node or on an edge. A sum that cancels, as of a bias before batch norm, is no worry.
  verdictOf(entry, stats, reference = this.reference) {
    if (entry.kind === "loss" || entry.flow === "seed") return "ok";
    const verdict = judge(stats, reference, this.balance);
    return entry.cancelled && verdict === "vanishing" ? marked("zero but for rounding") : verdict;
  }

  isFold(item) {
    return item.kind === "module";
  }

  // The ids inside a fold, itself left out.
  inside(id) {
    const found = [];
    const visit = [...(this.items.get(id).members || [])];
    while (visit.length) {
      const inner = visit.pop();
      found.push(inner);
      visit.push(...(this.items.get(inner).members || []));
    }
    return found;
  }

  // The folds around something, from the outside in.
  around(id) {
    const line = [];
    for (let at = this.parent.get(id); at && at !== "root"; at = this.parent.get(at)) line.unshift(at);
    return line;
  }

  // What stands in the picture for it: the outermost closed fold around it, or itself.
  standIn(id) {
    return this.around(id).find((fold) => !this.items.get(fold).opened) || id;
  }

  visible() {
    const found = [];
    const visit = [...this.root.members];
    while (visit.length) {
      const item = this.items.get(visit.shift());
      if (item.opened && item.members) visit.unshift(...item.members);
      else found.push(item);
    }
    return found;
  }

  // The arrows of the picture: edges between the same two stand-ins are one.
  bundles() {
    const uses = new Map();
    for (const edge of this.edges) uses.set(edge.tail, (uses.get(edge.tail) || 0) + 1);
    const found = new Map();
    for (const edge of this.edges) {
      const [tail, head] = [this.standIn(edge.tail), this.standIn(edge.head)];
      if (tail === head) continue;
      const key = `${tail}>${head}`;
      if (!found.has(key)) found.set(key, { key, tail, head, edges: [] });
      found.get(key).edges.push(edge);
    }
    for (const bundle of found.values()) {
      const weight = (edge) => (edge.spine ? Infinity : edge.gradient ? edge.gradient.rms : -1);
      bundle.main = bundle.edges.reduce((best, edge) => (weight(edge) > weight(best) ? edge : best));
      bundle.spine = bundle.edges.some((edge) => edge.spine);
      bundle.flow = bundle.main.flow || "";
      bundle.uses = uses;
    }
    return [...found.values()];
  }

  // Where the pass is after so many moments: the sums at nodes, the shares on edges, and the moment itself.
  at(done) {
    const state = { done, sums: new Map(), arrived: new Map(), shares: new Map(), visited: new Set(), moment: null };
    state.complete = done >= this.moments.length;
    if (done > 0) state.sums.set("loss", this.items.get("loss").gradient); // where the pass starts
    for (const moment of this.moments.slice(0, done)) {
      state.moment = moment;
      state.visited.add(moment.node);
      if (moment.gradient && !state.sums.has(moment.node)) state.sums.set(moment.node, moment.gradient);
      for (const share of moment.shares) {
        state.shares.set(`${share.to}>${moment.node}`, share.gradient);
        if (!share.running) continue;
        state.sums.set(share.to, share.running);
        state.arrived.set(share.to, (state.arrived.get(share.to) || 0) + 1);
      }
    }
    return state;
  }

  // The gradient of an item in that state, or null if none has come yet.
  gradientOf(item, state) {
    if (!this.isFold(item)) return state.sums.get(item.id) || null;
    if (state.complete) return item.gradient;
    if (!item.members) return state.visited.has(item.id) ? item.gradient : null;
    const inner = this.inside(item.id).map((id) => this.items.get(id));
    const leaves = inner.filter((node) => node.kind === "parameter" && (item.of !== "W" || node.label.startsWith("W")));
    const sources = leaves.length ? leaves : inner.filter((node) => node.kind === "op").slice(-1);
    const found = sources.map((node) => state.sums.get(node.id)).filter(Boolean);
    return found.length ? pool(found) : null;
  }

  // What an arrow brings back in that state. Where it is all that its tail has, that is the tail's whole gradient.
  gradientOn(bundle, state) {
    const { main } = bundle;
    if (!main.gradient || bundle.flow) return bundle.flow === "seed" && state.done > 0 ? main.gradient : null;
    if (bundle.edges.length > 1 && bundle.edges.length === bundle.uses.get(main.tail)) {
      const whole = state.sums.get(main.tail);
      if (whole) return whole;
    }
    const share = state.shares.get(`${main.tail}>${main.head}`);
    if (share) return share;
    return state.complete || state.visited.has(main.head) ? main.gradient : null;
  }

  setAll(open) {
    for (const item of this.items.values())
      if (this.isFold(item) && item.id !== "root" && item.members) item.opened = open;
  }

  // Open what is closed and in sight, one level of it.
  unfoldOnce() {
    for (const item of this.visible()) if (this.isFold(item) && item.members) item.opened = true;
  }

  // Open everything around something, so that it can be seen.
  reveal(id) {
    const closed = this.around(id).filter((fold) => !this.items.get(fold).opened);
    for (const fold of closed) this.items.get(fold).opened = true;
    return closed.length > 0;
  }
}
