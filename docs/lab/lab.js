// The lab: what is chosen, what was predicted, which frame is shown; keys, language, theme.

const SCHEMES = ["constant", "alexnet", "normal", "uniform", "xavier", "he"];
const GUESSES = ["yes", "part", "no", "look"];
const PACE = 250; // milliseconds a frame

class Lab {
  constructor(records) {
    this.records = records;
    this.setting = { scheme: "normal", scale: 0.01, activation: "tanh", depth: 10 };
    this.frame = 0;
    this.timer = null;
    this.guess = null;
    this.scored = new Map(); // setting -> whether the reader was right, once it has been played
    this.opened = new Set(); // settings whose end has been seen
    this.before = null;
    this.tongue = navigator.language.startsWith("ko") ? "ko" : "en";
    this.readAddress();
    this.followSystem();
    this.listen();
    this.redraw();
  }

  get words() {
    return TONGUES[this.tongue];
  }

  get record() {
    return this.records.of(this.setting);
  }

  get key() {
    return Object.values(this.setting).join("/");
  }

  get playing() {
    return this.timer !== null;
  }

  // --- the address: lab.html#lang=ko&scheme=he&activation=relu&depth=10 opens that setting

  readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const known = {
      scheme: SCHEMES,
      scale: CONTENT.scales.map(String),
      activation: CONTENT.activations,
      depth: CONTENT.depths.map(String),
    };
    for (const [name, values] of Object.entries(known)) {
      const value = asked.get(name);
      if (values.includes(value)) this.setting[name] = Number.isNaN(Number(value)) ? value : Number(value);
    }
    if (asked.get("lang") in TONGUES) this.tongue = asked.get("lang");
  }

  writeAddress() {
    history.replaceState(null, "", `#${new URLSearchParams({ lang: this.tongue, ...this.setting })}`);
  }

  // --- choosing

  choose(name, value) {
    this.pause();
    if (this.opened.has(this.key)) this.before = this.record;
    this.setting[name] = value;
    this.guess = null;
    this.go(0);
    this.redraw();
  }

  predict(guess) {
    if (this.opened.has(this.key)) return;
    this.guess = guess;
    const box = document.querySelector(`input[name="guess"][value="${guess}"]`);
    if (box) box.checked = true;
    this.show();
  }

  get mayPlay() {
    return this.guess !== null || this.opened.has(this.key);
  }

  // --- playing

  go(frame) {
    this.frame = this.mayPlay ? Math.min(LAST, Math.max(0, frame)) : 0;
    if (this.frame === LAST) this.open();
    this.show();
  }

  open() {
    if (this.opened.has(this.key)) return;
    this.opened.add(this.key);
    if (this.guess !== "look") this.scored.set(this.key, this.guess === outcome(this.record));
    // once the verdict stands where the question stood
    requestAnimationFrame(() => by("setting").scrollTo(0, by("setting").scrollHeight));
  }

  play() {
    if (this.playing) return this.pause();
    if (!this.mayPlay) {
      document.querySelector('input[name="guess"]').focus();
      by("said").textContent = this.words.chooseFirst;
      return undefined;
    }
    // Without motion the end is shown at once; the frames between are a key away.
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.go(LAST);
    if (this.frame === LAST) this.go(0);
    const tick = () => {
      this.go(this.frame + 1);
      if (this.frame === LAST) this.pause();
      else this.timer = setTimeout(tick, PACE);
    };
    this.timer = setTimeout(tick, PACE / 2);
    this.playButton();
    return undefined;
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.playButton();
  }

  playButton() {
    const word = this.playing ? this.words.pause : this.words.play;
    by("play").replaceChildren(this.playing ? "❚❚" : "▶", make("span", { class: "word" }, ` ${word}`));
    by("play").setAttribute("aria-label", word);
  }

  // --- what is seen

  // Everything: after another choice or another language.
  redraw() {
    const { words } = this;
    document.documentElement.lang = this.tongue;
    document.title = words.title;
    by("heading").querySelector("h1").textContent = words.title;
    by("heading").querySelector("p").textContent = words.lead;
    by("intro").textContent = words.intro;
    by("language").textContent = words.other;
    by("language").lang = this.tongue === "ko" ? "en" : "ko";
    by("theme").querySelector("span").textContent = words.theme;
    by("ask").querySelector("span").textContent = words.help;
    for (const name of ["first", "back", "next", "last", "position"]) by(name).setAttribute("aria-label", words[name]);
    for (const name of ["cost", "boundary", "activations", "gradients"])
      by(name).querySelector("figcaption").textContent = words[`${name}Title`];
    by("position").max = LAST;
    this.choices();
    this.playButton();
    this.writeAddress();
    this.show();
  }

  choices() {
    const { words, setting } = this;
    const focused = document.activeElement && document.activeElement.id;
    const fixed = ["alexnet", "xavier", "he"].includes(setting.scheme);
    by("choices").replaceChildren(
      this.group("scheme", words.scheme, SCHEMES, (scheme) => words.schemes[scheme]),
      this.group("scale", setting.scheme === "constant" ? words.constant : words.scale, CONTENT.scales, String, fixed),
      this.group("activation", words.activation, CONTENT.activations, (each) => words.activations[each]),
      this.group("depth", words.depth, CONTENT.depths, String),
    );
    by("guess").querySelector("legend").textContent = words.predict;
    by("evidence").textContent = words.evidence;
    by("guesses").replaceChildren(
      ...GUESSES.map((guess) => {
        const box = { type: "radio", name: "guess", value: guess, id: `guess-${guess}`, checked: this.guess === guess };
        const input = make("input", { ...box, onchange: () => this.predict(guess) });
        return make("label", {}, input, guess === "look" ? words.onlyLook : words.guesses[guess]);
      }),
    );
    by("drawn").textContent = words.drawn(number(this.record.drawn));
    if (focused && by(focused)) by(focused).focus();
  }

  // Buttons in a row of which one is chosen: radios, so that arrows move between them.
  group(name, title, values, label, disabled = false) {
    const options = values.map((value) => {
      const id = `${name}-${value}`;
      const checked = !disabled && this.setting[name] === value;
      const input = make("input", { type: "radio", name, id, checked, onchange: () => this.choose(name, value) });
      return [input, make("label", { for: id }, label(value))];
    });
    return make("fieldset", { class: "group", disabled }, make("legend", {}, title), make("div", {}, options.flat()));
  }

  // One frame.
  show() {
    const { record, frame, words } = this;
    const accuracy = share(Number(record.accuracy[frame]));
    by("position").value = frame;
    by("position").disabled = !this.mayPlay;
    by("position").setAttribute("aria-valuetext", words.said(FRAMES[frame], number(record.loss[frame]), accuracy));
    by("count").textContent = `${FRAMES[frame]} / ${FRAMES[LAST]}`;
    by("said").textContent = this.mayPlay
      ? words.said(FRAMES[frame], number(record.loss[frame]), accuracy)
      : words.chooseFirst;
    drawCost(record, frame, this.before, words);
    drawBoundary(record, frame, words);
    drawActivations(record, frame, this.setting.activation, words);
    drawGradients(record, frame, words);
    this.verdict();
  }

  verdict() {
    const seen = this.opened.has(this.key);
    by("guess").hidden = seen;
    by("verdict").hidden = !seen;
    by("verdict").replaceChildren(...(seen ? this.told() : []));
  }

  told() {
    const { record, words } = this;
    const result = outcome(record);
    const broken = !Number.isFinite(Number(record.loss[LAST]));
    const cost = number(record.loss[LAST]);
    const found = words.results[broken ? "broken" : result](cost, share(Number(record.accuracy[LAST])));
    const right = this.scored.get(this.key);
    const all = [...this.scored.values()];
    const judged = right === undefined ? "" : ` ${right ? `✓ ${words.right}` : `✕ ${words.wrong}`}`;
    const lines = [make("p", {}, make("strong", {}, found), judged), ...this.reasons(record, result)];
    if (all.length) lines.push(make("p", { class: "muted" }, words.score(all.filter(Boolean).length, all.length)));
    return lines;
  }

  reasons(record, result) {
    const { words } = this;
    const ends = share(Math.max(...record.ends[0].map(Number)));
    const found = causes(record);
    const told = found.map((cause) => words.causes[cause](record, ends));
    if (!found.length) {
      const broken = !Number.isFinite(Number(record.loss[LAST]));
      told.push(result === "yes" ? words.healthy(record) : broken ? words.shaken : words.slow);
    } else if (result === "yes") told.push(words.anyway);
    return told.map((line) => make("p", {}, line));
  }

  // --- language, theme, help, keys

  speak(tongue) {
    this.tongue = tongue;
    this.redraw();
  }

  followSystem() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const set = () => this.paint(system.matches ? "dark" : "light");
    system.addEventListener("change", () => {
      set();
      this.show();
    });
    set();
  }

  paint(theme) {
    document.documentElement.dataset.theme = theme;
  }

  switchTheme() {
    this.paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    this.show();
  }

  help() {
    const { words } = this;
    const row = ([key, meaning]) => make("tr", {}, make("th", { scope: "row" }, key), make("td", {}, meaning));
    by("help").replaceChildren(
      make("h2", { id: "help-title" }, words.helpTitle),
      ...words.helpText.map((line) => make("p", {}, line)),
      make("table", {}, words.keys.map(row)),
      make("form", { method: "dialog" }, make("button", { autofocus: true }, words.close)),
    );
    by("help").showModal();
  }

  listen() {
    const clicks = {
      first: () => this.go(0),
      back: () => this.go(this.frame - 1),
      next: () => this.go(this.frame + 1),
      last: () => this.go(LAST),
      play: () => this.play(),
      theme: () => this.switchTheme(),
      language: () => this.speak(this.tongue === "ko" ? "en" : "ko"),
      ask: () => this.help(),
    };
    for (const [id, run] of Object.entries(clicks))
      by(id).addEventListener("click", () => {
        if (["first", "back", "next", "last"].includes(id)) this.pause();
        run();
      });
    by("position").addEventListener("input", (event) => {
      this.pause();
      this.go(Number(event.target.value));
    });
    by("setting").addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => this.pressed(event, clicks));
  }

  pressed(event, clicks) {
    if (event.altKey || event.ctrlKey || event.metaKey || by("help").open) return;
    const keys = { t: clicks.theme, l: clicks.language, "?": clicks.ask };
    GUESSES.forEach((guess, i) => (keys[i + 1] = () => this.predict(guess)));
    // a slider and the radios have keys of their own while they are in focus, a button the space bar
    const { type } = event.target;
    if (type !== "range") Object.assign(keys, { Home: clicks.first, End: clicks.last });
    if (type !== "range" && type !== "radio") Object.assign(keys, { ArrowRight: clicks.next, ArrowLeft: clicks.back });
    if (!event.target.matches("button")) keys[" "] = clicks.play;
    if (!keys[event.key]) return;
    if (event.key.length > 1) this.pause();
    event.preventDefault();
    keys[event.key]();
  }
}

// Under this name in the browser's console too.
let LAB = null;
Records.open().then((records) => {
  LAB = new Lab(records);
});
