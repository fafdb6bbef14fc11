// Search: names, operations, paths and shapes, over all runs; Enter jumps to what is marked.

const LISTED = 30;

class Search {
  constructor(page) {
    this.page = page;
    this.field = by("search");
    this.list = by("found");
    this.hits = [];
    this.marked = 0;
    for (const kind of ["input", "focus"]) this.field.addEventListener(kind, () => this.find(this.field.value));
    this.field.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("#found, #finding")) this.list.hidden = true;
    });
  }

  find(text) {
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const all = this.page.stages.flatMap((stage) => [...stage.run.items.values()].map((item) => [stage, item]));
    const fits = ([, item]) => item.id !== "root" && words.every((word) => this.textOf(item).includes(word));
    this.hits = words.length ? all.filter(fits) : [];
    this.marked = 0;
    const rest = this.hits.length - LISTED;
    this.list.replaceChildren(
      ...this.hits.slice(0, LISTED).map((hit, i) => this.entry(hit, i)),
      ...(this.hits.length ? [] : [make("li", { class: "muted" }, tr("nothing is called so"))]),
      ...(rest > 0 ? [make("li", { class: "muted" }, tr("and {count} more", { count: rest }))] : []),
    );
    this.list.hidden = !words.length;
    this.mark();
  }

  // A shape is found however it is written: 16×2, 16x2, (16, 2).
  textOf(item) {
    const dims = item.shape || [];
    const shapes = [dims.join("×"), dims.join("x"), `(${dims.join(", ")})`];
    const kinds = [NAMES[item.kind], tr(NAMES[item.kind])];
    return [item.label, item.name, item.op, item.path, item.note, ...kinds, ...shapes].join(" ").toLowerCase();
  }

  entry([stage, item], i) {
    const told = ` ${tr(NAMES[item.kind])}${item.op ? " " + item.op : ""} · ${lengths(item.shape)}`;
    const where = this.page.stages.length > 1 ? ` · ${stage.run.data.title}` : "";
    return make(
      "li",
      { role: "option", id: `hit-${i}`, onclick: () => this.jump(i) },
      make("strong", {}, item.name || item.label),
      told,
      make("span", { class: "muted" }, where),
    );
  }

  mark() {
    [...this.list.children].forEach((entry, i) => {
      entry.setAttribute("aria-selected", this.hits.length > 0 && i === this.marked);
    });
    this.field.setAttribute("aria-activedescendant", this.hits.length ? `hit-${this.marked}` : "");
    if (this.hits.length) this.list.children[this.marked].scrollIntoView({ block: "nearest" });
  }

  jump(i) {
    const [stage, item] = this.hits[i];
    this.list.hidden = true;
    this.page.enter(stage);
    stage.jump(item.id);
    stage.svg.focus({ preventScroll: true });
  }

  key(event) {
    const shown = Math.min(LISTED, this.hits.length);
    if (event.key === "Enter" && shown) this.jump(this.marked);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (shown) this.marked = (this.marked + (event.key === "ArrowDown" ? 1 : shown - 1)) % shown;
      this.mark();
    } else if (event.key === "Escape") {
      this.list.hidden = true;
      this.page.stage.svg.focus({ preventScroll: true });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
