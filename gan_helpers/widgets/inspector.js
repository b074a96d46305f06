// The inspector game in the browser: it shows parts, runs the clock and notes verdicts.
// What the verdicts are worth is counted in Python (inspector.py), which sends a report when all parts are judged.

const SPEEDS = [
  [6, "slow"],
  [4, "steady"],
  [3, "line"],
  [1.5, "fast"],
];
const KEYS = { g: "good", ArrowLeft: "good", d: "defective", ArrowRight: "defective" };
const SHORTEST_LOOK = 120; // ms; nobody judges faster, so an earlier key press was meant for the part before
const PATIENCE = 4000; // ms to wait for the report before saying why there is none
const percent = (share) => `${Math.round(100 * share)}\u202f%`;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const key = (label) => element("kbd", {}, label);

const scale = () => element("div", { class: "measure scale", "aria-hidden": "true" },
  element("span"), element("div", {}, element("span", {}, "0"), element("span", {}, percent(1))));

function intervalRow(row, rate, low, high, count, total) {
  const bounds = `from ${percent(low)} to ${percent(high)}`;
  const value = rate === null ? "–" : percent(rate);
  const track = element("div", { class: "track", role: "img", "aria-label": `${value}, 95 % interval ${bounds}` });
  const whisker = element("span", { class: "whisker" });
  whisker.style.left = `${100 * low}%`;
  whisker.style.width = `${100 * (high - low)}%`;
  const dot = element("span", { class: "dot" });
  dot.style.left = `${100 * (rate ?? 0)}%`;
  track.append(whisker, ...(rate === null ? [] : [dot]));
  return element(
    "div",
    { class: `measure ${row.who}`, title: `95 % interval ${bounds}` },
    element("span", { class: "who" }, row.who === "you" ? "You" : "Detector"),
    track,
    element("strong", {}, value),
    element("span", { class: "count" }, `${count} of ${total}`),
  );
}

function seconds(value) {
  return `${value < 0.1 ? value.toFixed(3) : value.toFixed(1)} s`;
}

function render({ model, el }) {
  const status = element("div", { class: "status", role: "status", "aria-live": "polite" });
  const stage = element("div", { class: "stage" });
  const root = element(
    "section",
    { class: "inspector", tabindex: "0", "aria-label": "Inspector game", "data-lm-suppress-shortcuts": "true" },
    stage,
    status,
  );
  const urls = model.get("_pictures").map((bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
  const pictures = urls.map((src) => element("img", { src, alt: "", draggable: "false" }));
  const total = pictures.length;
  let phase = "start";
  let turn = 0;
  let shownAt = 0;
  let timer = null;
  let paint = {};

  const say = (text) => (status.textContent = text);
  const show = (...children) => stage.replaceChildren(...children);
  const currentPart = () => model.get("_order")[turn];

  function startScreen() {
    phase = "start";
    const given = model.get("seconds_per_part");
    const speeds = SPEEDS.some(([value]) => value === given) ? SPEEDS : [[given, "as set"], ...SPEEDS];
    const select = element(
      "select",
      { id: `${model.model_id ?? "inspector"}-speed`, onchange: () => {
        model.set("seconds_per_part", Number(select.value));
        model.save_changes();
      } },
      ...speeds.map(([value, name]) =>
        element("option", { value, selected: value === given }, `${name}, ${value} s a part`)),
    );
    show(
      element("h3", {}, "You are the inspector"),
      element(
        "ul",
        { class: "rules" },
        element("li", {}, `${total} parts come down the line, one at a time. Some are defective.`),
        element("li", {}, key("G"), " or ", key("←"), " accepts a part, ", key("D"), " or ", key("→"), " rejects it."),
        element("li", {}, "When the clock runs out, the part is shipped, as if you had called it good."),
        element("li", {}, key("Esc"), " stops the line, so does leaving this tab. The truth comes at the end."),
      ),
      element(
        "div",
        { class: "row" },
        element("label", {}, "Speed ", select),
        element("button", { class: "primary", type: "button", onclick: play }, "Start the line"),
      ),
    );
  }

  function play() {
    turn = 0;
    model.set("verdicts", Array(total).fill(null));
    model.set("_seconds", Array(total).fill(null));
    model.set("_timed_out", Array(total).fill(false));
    model.set("_report", {});
    model.save_changes();
    const frame = element("div", { class: "frame" });
    const clock = element("div", { class: "clock", "aria-hidden": "true" });
    const count = element("span", { class: "turn" });
    const ticks = model.get("_order").map(() => element("i"));
    const note = element("span", { class: "note" });
    paint = { frame, clock, count, ticks, note };
    show(
      element("div", { class: "head" }, count, note),
      clock,
      frame,
      element(
        "div",
        { class: "verdicts" },
        element("button", { class: "good", type: "button", onclick: () => judge("good") }, "Good", key("G")),
        element("button", { class: "defective", type: "button", onclick: () => judge("defective") },
          "Defective", key("D")),
      ),
      element("div", { class: "belt", "aria-hidden": "true" }, ...ticks),
    );
    root.focus({ preventScroll: true });
    nextPart();
  }

  function nextPart() {
    phase = "play";
    const picture = pictures[currentPart()];
    picture.alt = `Part ${turn + 1}`;
    paint.frame.replaceChildren(picture);
    paint.count.textContent = `${turn + 1} / ${total}`;
    paint.ticks.forEach((tick, i) => tick.classList.toggle("now", i === turn));
    const bar = element("div", { class: "bar" });
    bar.style.animationDuration = `${model.get("seconds_per_part")}s`;
    paint.clock.replaceChildren(bar);
    shownAt = performance.now();
    timer = setTimeout(() => judge("good", true), 1000 * model.get("seconds_per_part"));
  }

  function judge(verdict, timedOut = false) {
    const taken = performance.now() - shownAt;
    if (phase !== "play" || taken < SHORTEST_LOOK) return;
    clearTimeout(timer);
    const part = currentPart();
    for (const [name, value] of [["verdicts", verdict], ["_seconds", taken / 1000], ["_timed_out", timedOut]]) {
      const list = [...model.get(name)];
      list[part] = value;
      model.set(name, list);
    }
    model.save_changes();
    paint.ticks[turn].className = timedOut ? "past" : verdict;
    paint.note.textContent = timedOut ? `Part ${turn + 1} ran past you and is shipped.` : "";
    turn += 1;
    if (turn === total) waitForReport();
    else {
      say(`${timedOut ? "Too late, shipped. " : ""}Part ${turn + 1} of ${total}`);
      nextPart();
    }
  }

  function pause() {
    if (phase !== "play") return;
    clearTimeout(timer);
    phase = "pause";
    paint.clock.replaceChildren();
    const go = element("button", { class: "primary", type: "button", onclick: resume }, "Go on");
    paint.frame.replaceChildren(element("div", { class: "cover" }, element("p", {}, "The line stands still."), go));
    say("The line stands still.");
    go.focus({ preventScroll: true });
  }

  function resume() {
    root.focus({ preventScroll: true });
    nextPart();
  }

  function waitForReport() {
    phase = "wait";
    show(element("p", { class: "soft" }, "Counting …"));
    timer = setTimeout(() => {
      show(element("p", {}, "Python is busy or gone. If nothing comes when the other cells are done, run this cell again."));
    }, PATIENCE);
    onReport();
  }

  function gallery(title, entries, none) {
    return element(
      "div",
      { class: "gallery" },
      element("h4", {}, title),
      entries.length
        ? element("ul", {}, ...entries.map(({ part, number, note }) =>
            element("li", {},
              element("img", { src: urls[part], alt: `Part ${number}` }),
              element("span", {}, `Part ${number}`),
              element("span", { class: "soft" }, note))))
        : element("p", { class: "soft" }, none),
    );
  }

  function onReport() {
    const report = model.get("_report");
    if (!report.rows) return;
    if (phase === "play" || phase === "pause") return;
    clearTimeout(timer);
    phase = "done";
    const timed = report.rows.filter((row) => row.seconds !== null);
    const pace = timed.map((row) => `${row.who} ${seconds(row.seconds)}`).join(", ") || "not measured";
    const late = report.timed_out ? ` ${report.timed_out} ran past you.` : "";
    show(
      element("h3", {}, report.headline),
      element(
        "div",
        { class: "panels" },
        element("div", {}, element("h4", {}, "Escape rate"),
          element("p", { class: "soft" }, "defective parts shipped"),
          ...report.rows.map((row) =>
            intervalRow(row, row.escape_rate, row.escape_low, row.escape_high, row.escapes, row.defective)),
          scale()),
        element("div", {}, element("h4", {}, "Overkill rate"),
          element("p", { class: "soft" }, "good parts rejected"),
          ...report.rows.map((row) =>
            intervalRow(row, row.overkill_rate, row.overkill_low, row.overkill_high, row.overkill, row.good)),
          scale()),
      ),
      element("p", {}, `Time a part (median): ${pace}.${late}`),
      element("p", {}, report.fatigue),
      element(
        "div",
        { class: "panels" },
        gallery("Your escapes", report.escapes, "None: you stopped every defective part."),
        gallery("Your overkill", report.overkill, "None: you rejected no good part."),
      ),
      element(
        "div",
        { class: "row" },
        element("span", { class: "soft" }, "Bars: 95\u202f% intervals (Wilson). Few parts make long bars."),
        element("button", { class: "primary", type: "button", onclick: again }, "Play again"),
      ),
    );
    say(report.headline);
  }

  function again() {
    phase = "start";
    model.send({ kind: "restart" });
    show(element("p", { class: "soft" }, "Shuffling …"));
    root.focus({ preventScroll: true });
  }

  function onMessage(message) {
    if (message.kind === "ready" && phase === "start") startScreen();
  }

  function onKey(event) {
    if (event.key === "Tab") return;
    event.stopPropagation(); // the notebook must not take D, D for "delete this cell"
    if (event.target.tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") pause();
    const verdict = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!verdict || phase !== "play") return;
    event.preventDefault();
    if (!event.repeat) judge(verdict);
  }

  const onHidden = () => document.hidden && pause();
  root.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", onHidden);
  model.on("change:_report", onReport);
  model.on("msg:custom", onMessage);
  startScreen();
  onReport();
  el.append(root);

  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onHidden);
    model.off("change:_report", onReport);
    model.off("msg:custom", onMessage);
    urls.forEach((url) => URL.revokeObjectURL(url));
  };
}

export default { render };
