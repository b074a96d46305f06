// The live chart in the browser: it shows what Python counted (live_chart.py), one lot after the other.

const WIDE = 640;
const [LEFT, RIGHT] = [34, 628]; // of the drawing area, in units of the picture
const [ROW, PAD] = [112, 22]; // height of a chart, and room for the words above it

function render({ model, el }) {
  const get = (name) => model.get(name);
  const { lots, partsPerLot, minutesPerLot, begin } = get("_line");
  const charts = get("_charts");
  const pictures = get("_pictures");
  let timer = null;

  const x = (lot) => LEFT + ((lot + 0.5) / lots) * (RIGHT - LEFT); // lot from 0
  const tall = charts.length * ROW + 22;

  function tell(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  const text = (words, at, y, attributes = {}) => {
    const node = drawn("text", { x: at, y, ...attributes });
    node.textContent = words;
    return node;
  };

  // The picture: a row a chart, with its limit; points appear as lots are made.

  const rows = charts.map((chart, i) => {
    const [top, bottom] = [i * ROW + PAD, (i + 1) * ROW - 6];
    const y = (value) => bottom - ((value - chart.low) / (chart.high - chart.low || 1)) * (bottom - top);
    const line = drawn("polyline", { class: "course" });
    const points = drawn("g");
    const limit = drawn("polyline", {
      class: "limit", points: chart.upper.map((value, lot) => `${x(lot - (lot ? 0 : 0.5))},${y(value)}`).join(" "),
    });
    const node = drawn("g", {},
      text(chart.name, LEFT, top - 8, { class: "label" }),
      drawn("line", { class: "base", x1: LEFT, x2: RIGHT, y1: y(0), y2: y(0) }),
      text("0", LEFT - 5, y(0) + 4, { class: "soft", "text-anchor": "end" }),
      text("limit", RIGHT, y(chart.upper[lots - 1]) - 4, { class: "soft limited", "text-anchor": "end" }),
      limit, line, points);
    const draw = (shown) => {
      line.setAttribute("points", chart.values.slice(0, shown).map((value, lot) => `${x(lot)},${y(value)}`).join(" "));
      points.replaceChildren(...chart.values.slice(0, shown).map((value, lot) => (chart.alarms[lot]
        ? drawn("path", { class: "alarm", d: `M${x(lot)},${y(value) - 6} l6,6 l-6,6 l-6,-6 z` })
        : drawn("circle", { class: "point", cx: x(lot), cy: y(value), r: lot === shown - 1 ? 4 : 2.6 }))));
    };
    return { node, draw };
  });

  const beginMark = drawn("g");
  const stopMark = drawn("g");
  const picture = drawn("svg", { viewBox: `0 0 ${WIDE} ${tall}`, "aria-hidden": "true" },
    ...rows.map((row) => row.node), beginMark, stopMark,
    text("lot 1", x(0), tall - 6, { class: "soft", "text-anchor": "middle" }),
    text(`lot ${lots}`, x(lots - 1), tall - 6, { class: "soft", "text-anchor": "end" }));
  const plot = element("div", {
    class: "plot", tabindex: "0", role: "slider", "aria-valuemin": 0, "aria-valuemax": lots,
    "aria-label": "the shift; Space plays and pauses, arrow keys go lot by lot, S stops the line",
  }, picture);

  // What can be pressed.

  const play = element("button", { type: "button", class: "play", onclick: () => tell({ playing: !get("playing") }) });
  const stop = element("button", { type: "button", class: "stop", onclick: stopLine }, "Stop the line");
  const again = element("button", { type: "button", onclick: () => tell({ playing: false, shown: 0, _stopped: -1 }) }, "From the start");
  const speed = element("select", { "aria-label": "speed", onchange: () => tell({ seconds_per_lot: Number(speed.value) }) },
    ...[[1, "slow"], [0.5, "usual"], [0.15, "fast"]].map(([seconds, name]) => element("option", { value: seconds }, name)));
  const bar = element("progress", { max: lots, "aria-label": "lots made" });
  const clock = element("span", { class: "soft clock" });
  const part = element("img", { class: "part", alt: "" });
  const caption = element("span", { class: "soft" });
  const sentence = element("p", { class: "sentence", role: "status" });
  const verdict = element("p", { class: "verdict", role: "status" });

  function stopLine() {
    if (get("_stopped") < 0) tell({ playing: false, _stopped: get("shown") });
  }

  function step(by) {
    if (get("_stopped") >= 0 && by > 0 && get("shown") >= lots) return;
    tell({ playing: false, shown: within(get("shown") + by, 0, lots) });
  }

  function tick() {
    timer = null;
    if (!get("playing")) return;
    const shown = get("shown") + 1;
    tell(shown >= lots ? { shown: lots, playing: false } : { shown });
  }

  function run() {
    clearTimeout(timer);
    timer = get("playing") && get("shown") < lots ? setTimeout(tick, 1000 * get("seconds_per_lot")) : null;
    play.textContent = get("playing") ? "❚❚ Pause" : get("shown") ? "▶ Go on" : "▶ Start the line";
    play.disabled = get("shown") >= lots;
  }

  const mark = (at, words, name) => {
    const end = at > WIDE * 0.75;
    return [drawn("line", { class: name, x1: at, x2: at, y1: PAD - 8, y2: tall - 18 }),
      text(words, at + (end ? -5 : 5), tall - 6, { class: `label ${name}`, "text-anchor": end ? "end" : "start" })];
  };

  function show() {
    const [shown, stopped] = [get("shown"), get("_stopped")];
    rows.forEach((row) => row.draw(shown));
    const over = stopped >= 0 || shown >= lots;
    beginMark.replaceChildren(...(over && begin !== null ? mark(x(begin - 0.5), "fault begins", "begin") : []));
    stopMark.replaceChildren(...(stopped > 0 ? [drawn("line", { class: "stopped", x1: x(stopped - 0.5), x2: x(stopped - 0.5), y1: PAD - 8, y2: tall - 18 })] : []));
    bar.value = shown;
    plot.setAttribute("aria-valuenow", shown);
    stop.disabled = stopped >= 0 || !shown;
    if (minutesPerLot) {
      const minutes = 360 + Math.round(shown * minutesPerLot);
      clock.textContent = `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}, ${shown * partsPerLot} parts`;
    } else clock.textContent = `${shown * partsPerLot} parts`;
    if (pictures.length) {
      part.style.visibility = shown ? "" : "hidden";
      if (shown) part.src = pictures[shown - 1];
      part.alt = shown ? `most suspicious part of lot ${shown}` : "";
      caption.textContent = shown ? `most suspicious part of lot ${shown}` : "";
    }
    run();
  }

  function write() {
    const words = get("_words");
    sentence.textContent = words.sentence;
    verdict.textContent = words.verdict;
    plot.setAttribute("aria-valuetext", words.sentence);
  }

  plot.addEventListener("keydown", (event) => {
    const keys = {
      ArrowRight: () => step(1), ArrowUp: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(-1),
      Home: () => tell({ playing: false, shown: 0 }), End: () => tell({ playing: false, shown: lots }),
      " ": () => get("shown") < lots && tell({ playing: !get("playing") }), s: stopLine, S: stopLine,
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  const root = element("section", { class: "live-chart", "aria-label": "live chart of a shift", "data-lm-suppress-shortcuts": "true" },
    element("div", { class: "row" }, play, stop, again, speed, bar, clock),
    element("div", { class: pictures.length ? "belt with-part" : "belt" }, plot,
      ...(pictures.length ? [element("div", { class: "shown-part" }, part, caption)] : [])),
    sentence, verdict);
  root.addEventListener("keydown", keepKeys);

  const heard = [["change:shown", show], ["change:_stopped", show], ["change:playing", run], ["change:seconds_per_lot", run], ["change:_words", write]];
  heard.forEach(([name, answer]) => model.on(name, answer));
  speed.value = String([1, 0.5, 0.15].reduce((best, one) => (Math.abs(one - get("seconds_per_lot")) < Math.abs(best - get("seconds_per_lot")) ? one : best)));
  show();
  write();
  el.append(root);

  return () => {
    clearTimeout(timer);
    heard.forEach(([name, answer]) => model.off(name, answer));
  };
}

export default { render };
