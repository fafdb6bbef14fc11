// The page itself: one or two runs, a position that all of them share, keys, search, theme, help.

class Page {
  constructor() {
    this.card = new Card(by("card"));
    this.panel = new Panel(by("panel"), this);
    this.stages = CONTENT.runs.map((data, i) => new Stage(new Run(data, i), this));
    this.stage = this.stages[0];
    this.training = this.stages.map((stage) => (stage.run.data.history ? new Training(stage.run) : null));
    this.mode = "backward";
    this.position = CONTENT.ticks.length;
    this.recorded = 0;
    this.timer = null;
    this.chooseTheme(CONTENT.theme);
    by("stages").append(...this.stages.map((stage) => stage.element));
    by("stages").classList.toggle("two", this.stages.length > 1);
    by("heading").querySelector("h1").textContent = CONTENT.title;
    by("modes").hidden = !this.training.some(Boolean);
    by("transport").hidden = !CONTENT.ticks.length;
    this.listen();
    this.arrange();
    this.setMode("backward");
    for (const stage of this.stages) stage.fit(false);
  }

  // --- what is where

  // Two runs stand side by side if both are tall and there is room; else one above the other.
  arrange() {
    const box = by("stages");
    const tall = this.stages.every(
      (stage) => !(stage.drawing.items ? stage.drawing.isShort() : this.shortAtFirst(stage)),
    );
    box.classList.toggle("columns", this.stages.length > 1 && tall && box.clientWidth > 700);
    for (const stage of this.stages) stage.draw();
    this.legend();
  }

  shortAtFirst(stage) {
    stage.drawing.draw(true);
    return stage.drawing.isShort();
  }

  legend() {
    const steps = [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3];
    const svg = shape("svg", { viewBox: "0 0 330 34", width: 330, height: 34 });
    svg.append(
      shape("text", { x: 2, y: 9 }, `${CONTENT.marks.vanishing} ${tr("vanishing")}`),
      shape("text", { class: "strong", x: 165, y: 9, "text-anchor": "middle" }, tr("rms gradient ∇")),
      shape("text", { x: 328, y: 9, "text-anchor": "end" }, `${tr("exploding")} ${CONTENT.marks.exploding}`),
    );
    steps.forEach((exponent, i) => {
      const cell = shape("rect", { x: i * 27.5 + 1, y: 13, width: 26.5, height: 8 });
      cell.style.fill = colour(10 ** exponent);
      svg.append(cell);
      if (exponent % 2 === 0)
        svg.append(shape("text", { x: i * 27.5 + 14, y: 31, "text-anchor": "middle" }, "10" + superscript(exponent)));
    });
    by("legend").replaceChildren(svg);
  }

  redraw(stage) {
    stage.draw();
    this.paint(stage);
  }

  repaint() {
    for (const stage of this.stages) this.redraw(stage);
    this.legend();
    this.show();
  }

  // --- the position that all runs share

  get last() {
    return this.mode === "backward"
      ? CONTENT.ticks.length
      : Math.max(...this.training.map((each) => (each ? each.length - 1 : 0)));
  }

  get place() {
    return this.mode === "backward" ? this.position : this.recorded;
  }

  doneOf(stage) {
    return this.position ? CONTENT.ticks[this.position - 1][stage.run.index] : 0;
  }

  // Runs of other lengths keep pace: the same share of the way.
  indexOf(training) {
    return Math.round((this.recorded / Math.max(1, this.last)) * (training.length - 1));
  }

  paint(stage) {
    const training = this.mode === "training" ? this.training[stage.run.index] : null;
    stage.paint(stage.run.at(this.doneOf(stage)), training ? training.at(this.indexOf(training)) : null);
  }

  go(place, follow = true) {
    const to = Math.max(0, Math.min(this.last, place));
    if (this.mode === "backward") this.position = to;
    else this.recorded = to;
    this.show(follow);
  }

  // To the moment of one run: the first tick at which it is done.
  goTo(stage, done) {
    this.setMode("backward");
    this.go(CONTENT.ticks.findIndex((tick) => tick[stage.run.index] >= done) + 1);
  }

  // On to where the next layer begins, or back to where this one did.
  leap(by) {
    const { run } = this.stage;
    const home = (place) => {
      const done = place ? CONTENT.ticks[place - 1][run.index] : 0;
      const moment = run.moments[done - 1];
      return moment ? run.around(moment.node)[0] || moment.node : "";
    };
    let place = this.position;
    const here = home(place);
    do place += by;
    while (place > 0 && place < this.last && home(place) === here);
    this.go(place);
  }

  show(follow = false) {
    for (const stage of this.stages) this.paint(stage);
    const slider = by("position");
    slider.max = this.last;
    slider.value = this.place;
    by("said").replaceChildren(...this.stages.map((stage) => make("p", {}, ...this.lineOf(stage))));
    slider.setAttribute("aria-valuetext", by("said").textContent);
    const step = () => tr("step {step}", { step: this.stepNow() });
    by("count").textContent = this.mode === "backward" ? `${this.place} / ${this.last}` : step();
    by("back").disabled = by("first").disabled = this.place === 0;
    by("next").disabled = by("last").disabled = this.place === this.last;
    if (this.mode === "training") this.charts();
    if (follow) {
      for (const stage of this.stages) {
        const { moment, complete } = stage.drawing.state;
        if (moment && !complete && this.mode === "backward") stage.follow(stage.run.standIn(moment.node));
      }
    }
  }

  stepNow() {
    const training = this.training.find(Boolean);
    return training.history.steps[this.indexOf(training)].toLocaleString("en-US");
  }

  // Where a run is, in words; with its name, if there are two.
  lineOf(stage) {
    const { run } = stage;
    const name = this.stages.length > 1 ? [make("strong", {}, run.data.title), ": "] : [];
    if (this.mode === "backward") return [...name, ...sentence(run, stage.drawing.state)];
    const training = this.training[run.index];
    return [...name, training ? training.said(this.indexOf(training)) : tr("no training was recorded")];
  }

  charts() {
    const runs = this.training.filter(Boolean);
    const room = document.body.clientWidth - 32;
    const width = runs.length > 1 && room > 1000 ? room / 2 - 12 : room;
    const to = (each) => (index) => this.go(Math.round((index / Math.max(1, each.length - 1)) * this.last));
    by("charts").replaceChildren(...runs.map((each) => each.draw(this.indexOf(each), width, to(each))));
  }

  setMode(mode) {
    this.pause();
    this.mode = mode;
    document.body.dataset.mode = mode;
    for (const name of ["backward", "training"]) {
      by(`mode-${name}`).setAttribute("aria-selected", name === mode);
    }
    by("charts").hidden = mode !== "training";
    const parts = this.stages.map((stage) => stage.run.data.folded).filter(Boolean);
    by("heading").querySelector("p").textContent =
      mode === "training"
        ? tr("one recorded step at a time: the loss, and each parameter's gradient then")
        : [
            CONTENT.ticks.length
              ? tr("values in the cards; arrows carry the gradient back from the loss")
              : tr("values in the cards"),
            ...parts,
          ].join("; ");
    this.show();
  }

  // --- playing

  get playing() {
    return this.timer !== null;
  }

  play() {
    if (this.playing) return this.pause();
    if (this.place === this.last) this.go(0, false);
    this.playButton("❚❚", tr("Pause"));
    const tick = () => {
      this.go(this.place + 1);
      if (this.place === this.last) this.pause();
      else this.timer = setTimeout(tick, this.pace());
    };
    this.timer = setTimeout(tick, this.pace() / 2);
    return undefined;
  }

  playButton(sign, word) {
    by("play").replaceChildren(sign, make("span", { class: "word" }, ` ${word}`));
    by("play").setAttribute("aria-label", word);
  }

  // A training run has many steps that differ little: they go by faster.
  pace() {
    return Number(by("speed").value) / (this.mode === "training" ? 8 : 1);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.playButton("▶", tr("Play"));
  }

  // --- choosing, finding

  enter(stage) {
    this.stage = stage;
  }

  open(stage, id) {
    this.card.hide();
    this.panel.show(stage, id);
    this.resized(); // the panel may have taken room from the drawing
  }

  announce(text) {
    by("said").replaceChildren(make("p", {}, text));
  }

  // --- folding, theme, help

  foldAll() {
    for (const stage of this.stages) {
      stage.run.setAll(false);
      this.redraw(stage);
      stage.fit(false);
    }
    this.announce(tr("all modules folded"));
  }

  unfold() {
    for (const stage of this.stages) {
      stage.run.unfoldOnce();
      this.redraw(stage);
      stage.fit(false);
    }
    this.announce(tr("one level unfolded"));
  }

  chooseTheme(theme) {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.theme = theme;
    const set = () => {
      if (this.theme === "auto") document.documentElement.dataset.theme = system.matches ? "dark" : "light";
    };
    system.addEventListener("change", () => {
      set();
      this.repaint();
    });
    if (theme === "auto") set();
    else document.documentElement.dataset.theme = theme;
  }

  switchTheme() {
    this.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = this.theme;
    this.repaint();
    if (this.panel.isOpen) this.panel.show(this.panel.stage, this.panel.stage.chosen);
  }

  help() {
    by("help").replaceChildren(...helpText());
    by("help").showModal();
  }

  // --- listening

  listen() {
    const clicks = {
      first: () => this.go(0),
      back: () => this.go(this.place - 1),
      play: () => this.play(),
      next: () => this.go(this.place + 1),
      last: () => this.go(this.last),
      fold: () => this.foldAll(),
      unfold: () => this.unfold(),
      in: () => this.zoom(1.3),
      out: () => this.zoom(1 / 1.3),
      fit: () => this.fit(),
      theme: () => this.switchTheme(),
      ask: () => this.help(),
      "mode-backward": () => this.setMode("backward"),
      "mode-training": () => this.setMode("training"),
    };
    for (const [id, run] of Object.entries(clicks)) by(id).addEventListener("click", run);
    by("position").addEventListener("input", (event) => {
      this.pause();
      this.go(Number(event.target.value));
    });
    this.search = new Search(this);
    document.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resized()).observe(by("stages"));
  }

  resized() {
    const { clientWidth, clientHeight } = by("stages");
    if (this.size === `${clientWidth} ${clientHeight}`) return;
    const first = this.size === undefined;
    this.size = `${clientWidth} ${clientHeight}`;
    if (first) return;
    this.arrange();
    this.show();
    for (const stage of this.stages) {
      if (stage.touched) stage.put();
      else stage.fit(false);
    }
  }

  zoom(factor) {
    for (const stage of this.stages) stage.zoom(factor);
  }

  fit() {
    for (const stage of this.stages) stage.fit();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || by("help").open) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape") return void this.panel.close();
    if (typing) return;
    const own = event.target.matches("button, input[type=range]");
    const keys = {
      ArrowRight: () => this.go(this.place + 1),
      ArrowLeft: () => this.go(this.place - 1),
      Home: () => this.go(0),
      End: () => this.go(this.last),
      ".": () => this.leap(1),
      ",": () => this.leap(-1),
      "+": () => this.zoom(1.3),
      "=": () => this.zoom(1.3),
      "-": () => this.zoom(1 / 1.3),
      0: () => this.fit(),
      "/": () => by("search").focus(),
      "[": () => this.foldAll(),
      "]": () => this.unfold(),
      t: () => this.switchTheme(),
      "?": () => this.help(),
      m: () => this.training.some(Boolean) && this.setMode(this.mode === "backward" ? "training" : "backward"),
    };
    if (!own) keys[" "] = () => this.play();
    if (event.target.matches("input[type=range]"))
      for (const key of ["ArrowLeft", "ArrowRight", "Home", "End"]) delete keys[key];
    if (!keys[event.key]) return;
    if (event.key.startsWith("Arrow")) this.pause();
    event.preventDefault();
    keys[event.key]();
  }
}

// Under this name in the browser's console too.
const PAGE = new Page(); // eslint-disable-line no-unused-vars
