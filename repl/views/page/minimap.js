// The whole graph in a corner, while only a part of it is in sight: bars of the gradient's decades, and where one is.

const NARROW = 42; // on a phone

class Minimap {
  constructor(stage) {
    this.stage = stage;
    this.svg = shape("svg", { class: "minimap", "aria-hidden": true });
    this.view = shape("rect", { class: "view" });
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      this.to(event);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) this.to(event);
    });
  }

  // Bring the place under the pointer to the middle of the picture.
  to(event) {
    const box = this.svg.getBoundingClientRect();
    const { bounds } = this.stage.drawing;
    const x = bounds.x + ((event.clientX - box.left) / box.width) * bounds.width;
    const y = bounds.y + ((event.clientY - box.top) / box.height) * bounds.height;
    const { view, svg } = this.stage;
    [view.x, view.y] = [x - svg.clientWidth / 2 / view.scale, y - svg.clientHeight / 2 / view.scale];
    this.stage.put();
  }

  scale() {
    const {
      drawing: { bounds },
      svg,
    } = this.stage;
    const room = [svg.clientWidth < 500 ? NARROW : 132, svg.clientHeight - 24];
    return Math.min(room[0] / bounds.width, room[1] / bounds.height);
  }

  draw() {
    const { drawing, run } = this.stage;
    const { bounds } = drawing;
    const scale = this.scale();
    this.svg.setAttribute("viewBox", `${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`);
    this.svg.setAttribute("width", bounds.width * scale);
    this.svg.setAttribute("height", bounds.height * scale);
    const parts = [];
    for (const item of drawing.items) {
      const { x, y, width, height } = drawing.plan.places.get(item.id);
      const [left, top] = [x - width / 2, y - height / 2];
      const gradient = item.kind === "op" || item.kind === "loss" ? null : drawing.amountOf(item);
      parts.push(shape("rect", { class: `mini ${item.kind}`, x: left, y: top, width, height, rx: 4 }));
      if (!gradient) continue;
      const bar = shape("rect", {
        x: left,
        y: top,
        width: run.isFold(item) ? width * drawing.share(gradient.rms) : width,
        height,
        rx: 4,
      });
      bar.style.fill = colour(gradient.rms);
      parts.push(bar);
    }
    this.view.style.strokeWidth = 2 / scale;
    this.svg.replaceChildren(...parts, this.view);
    this.move();
  }

  // Show what is in sight; nothing to show where that is everything.
  move() {
    const { drawing, svg, view } = this.stage;
    const { bounds } = drawing;
    const [width, height] = [svg.clientWidth / view.scale, svg.clientHeight / view.scale];
    const slack = 2 * GAP + 1;
    const whole =
      view.x <= bounds.x + slack &&
      view.y <= bounds.y + slack &&
      view.x + width >= bounds.x + bounds.width - slack &&
      view.y + height >= bounds.y + bounds.height - slack;
    this.svg.classList.toggle("idle", whole);
    for (const [name, value] of Object.entries({ x: view.x, y: view.y, width, height }))
      this.view.setAttribute(name, value);
  }
}
