// A run on the screen: pan, zoom, fit, choosing a node with pointer or keys, the card that says what is under it.

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const ZOOM = { least: 0.02, most: 6 };

class Stage {
  constructor(run, page) {
    this.run = run;
    this.page = page;
    const label = tr("Graph: {title}", run.data);
    this.svg = shape("svg", { class: "picture", role: "group", tabindex: 0, "aria-label": label });
    this.heading = make("h2", {}, run.data.title);
    this.drawing = new Drawing(run, this.svg);
    this.minimap = new Minimap(this);
    this.element = make("section", { class: "stage" }, this.heading, this.svg, this.minimap.svg);
    this.view = { x: 0, y: 0, scale: 1 };
    this.moved = 0;
    this.touched = false; // whether the reader has moved the picture: then it stays where it is
    this.pointers = new Map();
    this.chosen = null;
    this.listen();
  }

  draw() {
    const { clientWidth, clientHeight } = this.svg;
    this.drawing.draw(clientWidth > 560 && clientWidth > 1.3 * clientHeight);
    this.mark();
  }

  // The whole graph in sight; a long one begins at its end, where the backward pass begins, in a size to be read.
  fit(whole = true) {
    cancelAnimationFrame(this.gliding);
    this.touched = false;
    const { clientWidth: width, clientHeight: height } = this.svg;
    const box = this.drawing.bounds;
    const all = Math.min(width / box.width, height / box.height);
    const map = box.width * this.minimap.scale() + 24;
    // Where only a part is in sight the small map is too: it must not cover what is to be read.
    const room = whole || all > 0.85 ? width : width - map;
    const scale = Math.min(whole ? all : Math.max(all, Math.min(0.85, room / box.width)), 1.35);
    this.view.scale = scale;
    const middle = box.width * scale > width - 2 * map ? room : width;
    this.view.x = box.x + box.width / 2 - middle / 2 / scale;
    const tall = box.height * scale > height;
    this.view.y = tall ? box.y + box.height - height / scale : box.y + box.height / 2 - height / 2 / scale;
    this.put();
  }

  put() {
    const { x, y, scale } = this.view;
    this.drawing.root.setAttribute("transform", `scale(${scale}) translate(${-x} ${-y})`);
    this.minimap.move();
  }

  paint(state, recorded) {
    this.drawing.recorded = recorded;
    this.drawing.paint(state);
    this.minimap.draw();
  }

  zoom(factor, at = null) {
    const [px, py] = at || [this.svg.clientWidth / 2, this.svg.clientHeight / 2];
    const scale = Math.min(ZOOM.most, Math.max(ZOOM.least, this.view.scale * factor));
    this.view.x += px / this.view.scale - px / scale;
    this.view.y += py / this.view.scale - py / scale;
    this.view.scale = scale;
    this.touched = true;
    this.put();
  }

  pan(dx, dy) {
    this.touched = true;
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.put();
  }

  // Bring an item into sight, if it is not.
  follow(id) {
    const place = this.drawing.plan.places.get(id);
    if (!place) return;
    const { clientWidth: width, clientHeight: height } = this.svg;
    const [x, y] = [(place.x - this.view.x) * this.view.scale, (place.y - this.view.y) * this.view.scale];
    const margin = 40;
    if (x > margin && x < width - margin && y > margin && y < height - margin) return;
    this.glide(place.x - width / 2 / this.view.scale, place.y - height / 2 / this.view.scale);
  }

  glide(x, y) {
    cancelAnimationFrame(this.gliding);
    const from = { ...this.view };
    const start = performance.now();
    const move = (now) => {
      const share = CALM.matches ? 1 : Math.min(1, (now - start) / 220);
      const eased = 1 - (1 - share) ** 3;
      this.view.x = from.x + (x - from.x) * eased;
      this.view.y = from.y + (y - from.y) * eased;
      this.put();
      if (share < 1) this.gliding = requestAnimationFrame(move);
    };
    if (CALM.matches) move(start);
    else this.gliding = requestAnimationFrame(move);
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  listen() {
    const { svg } = this;
    svg.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 16 : 1;
        this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), this.point(event));
      },
      { passive: false },
    );
    svg.addEventListener("pointerdown", (event) => {
      this.page.enter(this);
      this.pointers.set(event.pointerId, this.point(event));
      this.moved = 0;
    });
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    svg.addEventListener("pointerover", (event) => this.hover(event));
    svg.addEventListener("pointerout", () => this.page.card.hide());
    svg.addEventListener("click", (event) => this.click(event));
    svg.addEventListener("focus", () => this.page.enter(this));
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("focusin", (event) => this.focused(event));
    svg.addEventListener("focusout", () => this.page.card.hide());
  }

  // One pointer drags, two pinch.
  move(event) {
    if (!this.pointers.has(event.pointerId)) return;
    const before = this.pointers.get(event.pointerId);
    const now = this.point(event);
    const other = [...this.pointers.entries()].find(([id]) => id !== event.pointerId);
    if (other) {
      const spread = (point) => Math.hypot(point[0] - other[1][0], point[1] - other[1][1]) || 1;
      this.zoom(spread(now) / spread(before), [(now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2]);
      this.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    } else {
      this.pan(now[0] - before[0], now[1] - before[1]);
    }
    this.moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    // Not before it is a drag: a captured pointer clicks on the picture, and not on what is in it.
    if (this.moved > 4 && !this.svg.hasPointerCapture(event.pointerId)) this.svg.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, now);
  }

  itemAt(event) {
    const element = event.target.closest ? event.target.closest("[data-id]") : null;
    return element ? this.run.items.get(element.dataset.id) : null;
  }

  hover(event) {
    if (event.pointerType === "touch" || this.pointers.size) return;
    const item = this.itemAt(event);
    const arrow = event.target.closest(".edge");
    if (item && event.target.closest(".node")) this.page.card.show(this, item, event.clientX, event.clientY);
    else if (arrow)
      this.page.card.showArrow(this, this.drawing.elements.get(arrow.dataset.key).bundle, event.clientX, event.clientY);
    else this.page.card.hide();
  }

  focused(event) {
    const item = this.itemAt(event);
    if (!item || !event.target.matches(":focus-visible")) return;
    const box = event.target.getBoundingClientRect();
    this.page.card.show(this, item, box.right, box.bottom);
  }

  click(event) {
    if (this.moved > 4) return;
    const item = this.itemAt(event);
    if (!item) return;
    if (event.target.closest(".frame")) this.toggle(item.id);
    else if (this.chosen === item.id && this.run.isFold(item) && item.members) this.toggle(item.id);
    else this.choose(item.id);
  }

  key(event) {
    const arrows = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey && arrows[event.key]) this.pan(...arrows[event.key]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.walk(event.key === "ArrowDown" ? 1 : -1);
    else if ((event.key === "Enter" || event.key === "f") && this.chosen) {
      if (event.key === "f") this.toggleNear(this.chosen);
      else this.page.open(this, this.chosen);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // To the next item in the order of computing, or the one before.
  walk(by) {
    const items = this.drawing.items;
    const at = items.findIndex((item) => item.id === this.chosen);
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by));
    this.chosen = items[next].id;
    this.mark();
    this.follow(this.chosen);
    this.drawing.elements.get(this.chosen).group.focus({ preventScroll: true });
    if (this.page.panel.isOpen) this.page.open(this, this.chosen);
  }

  choose(id) {
    this.chosen = id;
    this.mark();
    this.page.open(this, id);
  }

  mark() {
    for (const [id, parts] of this.drawing.elements) parts.group.classList.toggle("chosen", id === this.chosen);
  }

  // Open or close a fold, and keep it where it was on the screen.
  toggle(id) {
    const fold = this.run.items.get(id);
    if (!fold.members) return;
    const before = this.middleOf(id);
    fold.opened = !fold.opened;
    this.page.redraw(this);
    const after = this.middleOf(id);
    if (before && after) {
      this.view.x += after[0] - before[0];
      this.view.y += after[1] - before[1];
      this.put();
    }
    this.chosen = fold.opened ? fold.members[0] : id;
    this.mark();
    this.page.announce(fold.opened ? tr("{label} unfolded", fold) : tr("{label} folded", fold));
    if (this.page.panel.isOpen) this.page.open(this, this.chosen);
    this.svg.focus({ preventScroll: true });
  }

  middleOf(id) {
    const place = this.drawing.plan.places.get(id);
    if (place) return [place.x, place.y];
    const frame = this.drawing.plan.frames.find((each) => each.id === id);
    return frame ? [frame.x + frame.width / 2, frame.y + frame.height / 2] : null;
  }

  // The fold itself, or the one that something stands in.
  toggleNear(id) {
    const item = this.run.items.get(id);
    const fold = this.run.isFold(item) ? id : this.run.parent.get(id);
    if (fold && fold !== "root") this.toggle(fold);
  }

  // Show something, wherever it is.
  jump(id) {
    if (this.run.reveal(id)) this.page.redraw(this);
    const place = this.drawing.plan.places.get(id);
    if (!place) return;
    this.choose(id);
    const { clientWidth: width, clientHeight: height } = this.svg;
    if (this.view.scale < 0.6) this.view.scale = 0.8;
    this.touched = true;
    this.glide(place.x - width / 2 / this.view.scale, place.y - height / 2 / this.view.scale);
  }
}
