// Where everything stands. The data path is one straight line; parameters stand beside their operation; branches and
// skips run beside the line, as near to it as what is there allows.
//
// All of it is computed along two axes: `main`, in the direction of the data, and `cross`. A wide picture has main from
// left to right, a tall one from top to bottom. No step looks at more than its neighbours, so 1,500 nodes take
// milliseconds.

const BESIDE = 34; // from an operation to the card that hangs on it
const LANE = 26; // between things side by side

function layout(items, bundles, clusters, wide) {
  const plan = new Plan(items, bundles, clusters, wide);
  plan.hang();
  plan.rank();
  plan.sides();
  plan.along();
  return plan.result();
}

class Plan {
  constructor(items, bundles, clusters, wide) {
    this.wide = wide;
    this.clusters = clusters;
    this.bundles = bundles;
    this.boxes = new Map();
    for (const item of items) {
      const [main, cross] = wide ? [item.width, item.height] : [item.height, item.width];
      this.boxes.set(item.id, { id: item.id, item, main, cross, at: 0, c: 0, before: 0, after: 0, hanging: [] });
    }
    this.into = new Map(items.map((item) => [item.id, []]));
    this.from = new Map(items.map((item) => [item.id, []]));
    for (const bundle of bundles) {
      this.into.get(bundle.head).push(bundle);
      this.from.get(bundle.tail).push(bundle);
    }
  }

  // Parameters and data that one operation uses hang on it, first on the one side, then on the other.
  hang() {
    for (const box of this.boxes.values()) {
      const { item } = box;
      const users = this.from.get(item.id);
      const hangs = (item.kind === "parameter" || item.kind === "input") && !item.spine && users.length === 1;
      if (!hangs || !this.startsElsewhere(users[0].head, item.id)) continue;
      box.on = this.boxes.get(users[0].head);
      box.on.hanging.push(box);
    }
    for (const box of this.boxes.values()) {
      box.before = box.after = box.cross / 2;
      box.length = box.main;
      if (box.hanging.length) this.arrange(box);
    }
  }

  // Whether something else leads to an operation: one that begins with its cards has nothing to hang them on.
  startsElsewhere(head) {
    return this.into.get(head).some((bundle) => {
      const { kind, spine } = this.boxes.get(bundle.tail).item;
      return spine || (kind !== "parameter" && kind !== "input");
    });
  }

  // Parameters on one side and data on the other; more than two on a side stand in a row along the data path.
  arrange(box) {
    const near = box.hanging.filter((each) => each.item.kind === "parameter");
    const far = box.hanging.filter((each) => each.item.kind !== "parameter");
    if (near.length > 1 && !far.length) far.push(...near.splice(Math.ceil(near.length / 2)));
    // Below in a wide picture, on the left in a tall one; data above.
    for (const [side, cards] of [
      [this.wide ? 1 : -1, near],
      [this.wide ? -1 : 1, far],
    ]) {
      const gap = 12;
      const length = cards.reduce((sum, card) => sum + card.main + gap, -gap);
      let start = -length / 2;
      for (const card of cards) {
        card.offset = start + card.main / 2;
        start += card.main + gap;
        card.side = side;
        card.shift = side * (box.cross / 2 + BESIDE + card.cross / 2);
        const reach = Math.abs(card.shift) + card.cross / 2;
        if (side < 0) box.before = Math.max(box.before, reach);
        else box.after = Math.max(box.after, reach);
      }
      if (cards.length) box.length = Math.max(box.length, length);
    }
  }

  core() {
    return [...this.boxes.values()].filter((box) => !box.on).sort((a, b) => a.item.order - b.item.order);
  }

  forward(bundle) {
    return this.boxes.get(bundle.tail).item.order < this.boxes.get(bundle.head).item.order || this.isCard(bundle.tail);
  }

  isCard(id) {
    const { kind } = this.boxes.get(id).item;
    return kind === "parameter" || kind === "input";
  }

  // How far along the path: the longest way from a start. What is off the path moves as near to its use as it can.
  rank() {
    const boxes = this.core();
    const cards = boxes.filter((box) => this.isCard(box.id));
    const rest = boxes.filter((box) => !this.isCard(box.id));
    for (const box of cards) box.rank = 0;
    for (const box of rest) {
      const tails = this.into
        .get(box.id)
        .filter((b) => this.forward(b))
        .map((b) => this.boxes.get(b.tail));
      box.rank = tails.reduce((most, tail) => Math.max(most, (tail.on ? -1 : (tail.rank ?? -1)) + 1), 0);
    }
    for (const box of [...rest, ...cards].reverse()) {
      if (box.item.spine) continue;
      const heads = this.from
        .get(box.id)
        .filter((b) => this.forward(b))
        .map((b) => this.boxes.get(b.head).rank);
      if (heads.length) box.rank = Math.max(box.rank, Math.min(...heads) - 1);
    }
    this.ranks = boxes.reduce((most, box) => Math.max(most, box.rank + 1), 1);
  }

  // Beside the straight line: chains of operations, and arrows that skip some, short ones nearest to it.
  sides() {
    this.reach = { "-1": new Array(this.ranks).fill(0), 1: new Array(this.ranks).fill(0) };
    for (const box of this.core().filter((each) => each.item.spine)) this.take(box, box.rank, box.rank, 0);
    const strands = [...this.chains(), ...this.skips()];
    strands.sort((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from);
    for (const strand of strands) this.place(strand);
  }

  take(size, from, to, c) {
    for (let rank = Math.max(0, from); rank <= Math.min(to, this.ranks - 1); rank += 1) {
      this.reach[-1][rank] = Math.max(this.reach[-1][rank], size.before - c);
      this.reach[1][rank] = Math.max(this.reach[1][rank], size.after + c);
    }
  }

  // Operations off the line, each joined to the one before it that is off the line too.
  chains() {
    const chains = [];
    const home = new Map();
    for (const box of this.core().filter((each) => !each.item.spine)) {
      const tails = this.into
        .get(box.id)
        .map((bundle) => this.boxes.get(bundle.tail))
        .filter((tail) => !tail.on);
      const line = tails.find((tail) => home.has(tail.id) && home.get(tail.id).boxes.at(-1) === tail);
      const chain = line ? home.get(line.id) : { boxes: [], from: box.rank, to: box.rank, before: 0, after: 0 };
      if (!line) chains.push(chain);
      home.set(box.id, chain);
      chain.boxes.push(box);
      chain.before = Math.max(chain.before, box.before);
      chain.after = Math.max(chain.after, box.after);
      const heads = this.from.get(box.id).map((bundle) => this.boxes.get(bundle.head).rank);
      const starts = tails.filter((tail) => home.get(tail.id) !== chain).map((tail) => tail.rank + 1);
      chain.from = Math.min(chain.from, ...starts);
      chain.to = Math.max(chain.to, box.rank, ...heads.map((rank) => rank - 1));
    }
    this.home = home;
    return chains;
  }

  // Arrows that pass others by: they need room of their own.
  skips() {
    const found = [];
    for (const bundle of this.bundles) {
      const [tail, head] = [this.boxes.get(bundle.tail), this.boxes.get(bundle.head)];
      if (tail.on) continue;
      const back = head.rank <= tail.rank;
      const far = Math.abs(head.rank - tail.rank) > 1;
      const chained = this.home.has(tail.id) || this.home.has(head.id);
      if (!back && (!far || chained)) continue;
      const [from, to] = back ? [head.rank, tail.rank] : [tail.rank + 1, head.rank - 1];
      const room = this.wide ? 15 : 10;
      found.push({ boxes: [], bundle, from, to, before: room, after: room + (this.wide ? 0 : 46) });
    }
    return found;
  }

  place(strand) {
    const room = (side) => {
      let most = 0;
      for (let rank = strand.from; rank <= strand.to; rank += 1) most = Math.max(most, this.reach[side][rank] || 0);
      return most + LANE + (side < 0 ? strand.after : strand.before);
    };
    const [left, right] = [room(-1), room(1)];
    const c = left < right ? -left : right;
    for (const box of strand.boxes) box.c = c;
    if (strand.bundle) strand.bundle.lane = { c, from: strand.from, to: strand.to };
    strand.c = c;
    this.take(strand, strand.from, strand.to, c);
  }

  // The positions of the ranks: room for what stands there, for the words on arrows, for the edges of layers.
  along() {
    const half = new Array(this.ranks).fill(0); // with what hangs on it
    const core = new Array(this.ranks).fill(0); // without: words have room beside what hangs
    const words = new Array(this.ranks + 1).fill(0);
    const pad = new Array(this.ranks + 1).fill(0);
    for (const box of this.core()) {
      half[box.rank] = Math.max(half[box.rank], box.length / 2);
      core[box.rank] = Math.max(core[box.rank], box.main / 2);
    }
    for (const bundle of this.bundles) {
      const tail = this.boxes.get(bundle.tail);
      if (!tail.on && bundle.told)
        words[tail.rank + 1] = Math.max(words[tail.rank + 1], this.wide ? bundle.told + 30 : 44);
    }
    for (const cluster of this.clusters) {
      const inside = cluster.members.map((id) => this.boxes.get(id)).filter((box) => box && !box.on);
      if (!inside.length) continue;
      pad[Math.min(...inside.map((box) => box.rank))] += this.wide ? 14 : 32;
      pad[Math.max(...inside.map((box) => box.rank)) + 1] += 16;
    }
    const middles = [half[0]];
    for (let rank = 1; rank < this.ranks; rank += 1) {
      const apart = half[rank - 1] + half[rank] + (this.wide ? 16 : 20) + pad[rank];
      const told = core[rank - 1] + core[rank] + Math.max(28, words[rank]) + (this.wide ? 0 : pad[rank]);
      middles.push(middles[rank - 1] + Math.max(apart, told));
    }
    this.half = half;
    this.starts = middles.map((middle, rank) => middle - core[rank]);
    this.ends = middles.map((middle, rank) => middle + core[rank]);
    for (const box of this.core()) {
      box.at = middles[box.rank];
      for (const card of box.hanging) [card.at, card.c] = [box.at + card.offset, box.c + card.shift];
    }
  }

  point(main, cross) {
    return this.wide ? [main, cross] : [cross, main];
  }

  result() {
    const places = new Map();
    for (const box of this.boxes.values()) {
      const [x, y] = this.point(box.at, box.c);
      places.set(box.id, { x, y, width: box.item.width, height: box.item.height });
    }
    const routes = new Map(this.bundles.map((bundle) => [bundle.key, this.route(bundle)]));
    const frames = this.clusters.map((cluster) => this.frame(cluster, places, routes)).filter(Boolean);
    return { places, routes, frames, wide: this.wide };
  }

  // An arrow's line from its tail to its head: the path, where it starts and which way, and where its words stand.
  route(bundle) {
    const [tail, head] = [this.boxes.get(bundle.tail), this.boxes.get(bundle.head)];
    if (tail.on === head) return this.spoke(tail, head);
    const back = head.rank <= tail.rank;
    const start = [tail.at + tail.main / 2, tail.c];
    const end = [head.at - head.main / 2, head.c];
    if (back) return this.detour(bundle, start, end, this.starts[tail.rank], this.ends[head.rank]);
    const lane = bundle.lane || this.shared(tail, head);
    if (lane && head.rank - tail.rank > 1) {
      return this.detour({ ...bundle, lane }, start, end, this.starts[tail.rank + 1], this.ends[head.rank - 1]);
    }
    const half = Math.max(12, (end[0] - start[0]) / 2);
    const curve = [start, [start[0] + half, start[1]], [end[0] - half, end[1]], end];
    return this.finished([curve], [this.between(tail, head, start, end), (start[1] + end[1]) / 2], [1, 0]);
  }

  // The words of an arrow stand half way; in a tall picture, between the boxes of two layers.
  between(tail, head, start, end) {
    const framed = (box) => this.clusters.some((cluster) => cluster.members.includes(box.id));
    const same = this.clusters.some(({ members }) => members.includes(tail.id) && members.includes(head.id));
    if (this.wide || same || !(framed(tail) || framed(head))) return (start[0] + end[0]) / 2;
    const low = framed(tail) ? tail.at + this.half[tail.rank] + 11 : start[0];
    const high = framed(head) ? head.at - this.half[head.rank] - 26 : end[0];
    return (low + high) / 2;
  }

  // A card and the operation that it hangs on.
  spoke(tail, head) {
    const start = [tail.at, tail.c - (tail.side * tail.cross) / 2];
    const end = [head.at, head.c + (tail.side * head.cross) / 2];
    const half = (end[1] - start[1]) / 2;
    const curve = [start, [start[0], start[1] + half], [end[0], end[1] - half], end];
    return this.finished([curve], [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2], [0, -tail.side]);
  }

  shared(tail, head) {
    const chain = this.home.get(head.id) || this.home.get(tail.id);
    return chain ? { c: chain.c } : null;
  }

  // Out to a lane, along it, and back in: from the side of its tail into the side of its head, where that is free.
  detour(bundle, start, end, first, last) {
    const { c } = bundle.lane;
    const side = Math.sign(c) || 1;
    const [tail, head] = [this.boxes.get(bundle.tail), this.boxes.get(bundle.head)];
    const free = (box) => bundle.lane.from !== undefined && !box.hanging.some((card) => card.side === side);
    const edge = (box) => box.c + (side * box.cross) / 2;
    const out = free(tail);
    const near = [first, c];
    const far = [last, c];
    const bend = (near[0] - start[0]) / 2;
    const home = (end[0] - far[0]) / 2;
    const leave = out
      ? [[tail.at, edge(tail)], [tail.at, c], [tail.at, c], near]
      : [start, [start[0] + bend, start[1]], [near[0] - bend, c], near];
    const enter = free(head)
      ? [far, [head.at, c], [head.at, c], [head.at, edge(head)]]
      : [far, [far[0] + home, c], [end[0] - home, end[1]], end];
    return this.finished([leave, [near, near, far, far], enter], [(near[0] + far[0]) / 2, c], out ? [0, side] : [1, 0]);
  }

  finished(curves, middle, direction) {
    const points = curves.map((curve) => curve.map(([main, cross]) => this.point(main, cross)));
    return { curves: points, middle: this.point(...middle), direction: this.point(...direction) };
  }

  // The box round an open layer.
  frame(cluster, places, routes) {
    const inside = cluster.members.map((id) => places.get(id)).filter(Boolean);
    if (!inside.length) return null;
    const ids = new Set(cluster.members);
    const points = inside.flatMap(({ x, y, width, height }) => [
      [x - width / 2, y - height / 2],
      [x + width / 2, y + height / 2],
    ]);
    for (const bundle of this.bundles) {
      if (!ids.has(bundle.tail) || !ids.has(bundle.head)) continue;
      const {
        curves,
        middle: [x, y],
      } = routes.get(bundle.key);
      points.push(...curves.flat());
      if (bundle.told) points.push(this.wide ? [x, y - 24] : [x + bundle.told, y]); // its words
    }
    const deep = 11 + 9 * cluster.depth; // those outside leave room for those inside
    const [left, right] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
    const [top, bottom] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
    const head = 26 + 22 * cluster.depth;
    return {
      id: cluster.id,
      x: left - deep,
      y: top - head,
      width: Math.max(right - left + 2 * deep, cluster.width + 24),
      height: bottom - top + head + deep,
    };
  }
}
