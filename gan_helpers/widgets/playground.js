// The playground in the browser: it asks Python for a frame, draws it and asks for the next one.
// Rounds, slopes and figures are all worked out in Python (playground.py); here is only what is seen and pressed.

const SPEEDS = [
  ["slow", 1, "one round in two halves, D first"],
  ["1", 1, "one round a frame"],
  ["5", 5, "five rounds a frame"],
  ["25", 25, "25 rounds a frame"],
];
const HOLD = 220; // ms that each half of a slow round is shown
const STEP_HOLD = 700; // ms that "D learns" is shown after Step
const PATIENCE = 2500; // ms to wait for a frame before saying why there is none
const LONG_PATIENCE = 30000; // ms while a game is being built
const TOLD = 6000; // ms between two sentences for a screen reader while the game is running
const BUSY = "Python is busy with another cell, or gone. The game goes on when it answers; "
  + "after a restart of the kernel run this cell again.";
const RATES = [0, ...Array.from({ length: 41 }, (_, i) => 10 ** (-5 + i / 10))];
const TINT = 0.42; // share of the full colour where D is sure
const DAB = 4; // points in one dab of the brush
const BRUSH = 0.035; // its standard deviation
const NUDGE = 0.06; // what an arrow key moves the cross by
const PHASES = { discriminator: "D learns: the colours change", generator: "G learns: the triangles move" };

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const key = (label) => element("kbd", { "aria-hidden": "true" }, label);
const grouped = (number) => number.toLocaleString("en-GB");
const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function short(value) {
  if (value === null) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e3 || (size > 0 && size < 1e-3)) return value.toExponential(0).replace("-", "−").replace("+", "");
  return (size < 0.1 ? value.toFixed(3) : value.toPrecision(2)).replace("-", "−");
}

function rateText(rate) {
  if (rate === 0) return "0 (still)";
  return rate < 1e-4 ? short(rate) : Number(rate.toPrecision(2)).toString();
}

const nearestRate = (rate) =>
  RATES.reduce((best, value, i) =>
    Math.abs(Math.log(value + 1e-7) - Math.log(rate + 1e-7)) < Math.abs(Math.log(RATES[best] + 1e-7) - Math.log(rate + 1e-7))
      ? i : best, 0);

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function bellShaped() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

// Painting

function readColours(root) {
  const style = getComputedStyle(root);
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = {};
  for (const name of ["paper", "ink", "soft-ink", "line", "real", "made", "player-d"]) {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = style.getPropertyValue(`--${name}`).trim();
    probe.fillRect(0, 0, 1, 1);
    colours[name] = [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }
  colours.tints = Array.from({ length: 256 }, (_, i) => {
    const sure = (i / 255) * 2 - 1;
    const end = sure > 0 ? colours.real : colours.made;
    return colours.paper.map((value, c) => value + (end[c] - value) * TINT * Math.abs(sure));
  });
  return colours;
}

const css = (colour, alpha = 1) => `rgb(${colour.join(" ")} / ${alpha})`;

function sized(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

function paintHeat(pen, heat, side, width, height, tints) {
  const small = document.createElement("canvas");
  small.width = small.height = side;
  const image = new ImageData(side, side);
  heat.forEach((value, i) => image.data.set([...tints[value], 255], 4 * i));
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, width, height);
}

function eachPoint(points, reach, width, height, visit) {
  for (let i = 0; i < points.length; i += 2) {
    visit(((points[i] / reach + 1) / 2) * width, ((1 - points[i + 1] / reach) / 2) * height, i);
  }
}

function paintCircles(pen, points, { reach, width, height, fill, edge }) {
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 0.8;
  eachPoint(points, reach, width, height, (x, y) => {
    pen.beginPath();
    pen.arc(x, y, 3, 0, 7);
    pen.fill();
    pen.stroke();
  });
}

function paintTriangles(pen, points, { reach, width, height, fill, edge }) {
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 0.8;
  eachPoint(points, reach, width, height, (x, y) => {
    pen.beginPath();
    pen.moveTo(x, y - 4.6);
    pen.lineTo(x + 4.2, y + 3);
    pen.lineTo(x - 4.2, y + 3);
    pen.closePath();
    pen.fill();
    pen.stroke();
  });
}

function paintArrows(pen, points, pull, { reach, width, height, arrow, longest, stroke }) {
  const unit = width / (2 * reach);
  pen.strokeStyle = stroke;
  pen.lineWidth = 1.1;
  eachPoint(points, reach, width, height, (x, y, i) => {
    const length = Math.hypot(pull[i], pull[i + 1]);
    if (!(length > 0)) return;
    const shown = Math.min(arrow * length, longest) * unit;
    const [along, up] = [pull[i] / length, -pull[i + 1] / length];
    const [tipX, tipY] = [x + along * shown, y + up * shown];
    const head = Math.min(5, shown * 0.45);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(tipX, tipY);
    pen.moveTo(tipX - head * (along - 0.6 * up), tipY - head * (up + 0.6 * along));
    pen.lineTo(tipX, tipY);
    pen.lineTo(tipX - head * (along + 0.6 * up), tipY - head * (up - 0.6 * along));
    pen.stroke();
  });
}

function paintTrails(pen, before, after, { reach, width, height, stroke }) {
  const old = [];
  eachPoint(before, reach, width, height, (x, y) => old.push([x, y]));
  pen.strokeStyle = stroke;
  pen.lineWidth = 1.5;
  eachPoint(after, reach, width, height, (x, y, i) => {
    pen.beginPath();
    pen.moveTo(...old[i / 2]);
    pen.lineTo(x, y);
    pen.stroke();
  });
}

function paintChart(canvas, curve, undecided, colours) {
  const { pen, width, height } = sized(canvas);
  const [left, right, top, bottom] = [44, width - 26, 8, height - 20];
  pen.font = "11px system-ui, sans-serif";
  pen.fillStyle = css(colours["soft-ink"]);
  const rows = curve.length / 3;
  const values = [undecided];
  for (let i = 0; i < rows; i++) values.push(curve[3 * i + 1], curve[3 * i + 2]);
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  let low = Math.min(undecided, quantile(sorted, 0.01));
  let high = Math.max(undecided, quantile(sorted, 0.99));
  const margin = (high - low || 1) * 0.12;
  [low, high] = [low - margin, high + margin];
  const last = rows ? curve[3 * (rows - 1)] : 1;
  const place = (round, value) => [
    left + ((right - left) * round) / last,
    bottom - ((bottom - top) * (Math.max(low, Math.min(high, value)) - low)) / (high - low),
  ];
  pen.strokeStyle = css(colours.line);
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(left, bottom);
  pen.lineTo(right, bottom);
  pen.stroke();
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  const [, level] = place(0, undecided);
  for (const value of [low + margin, high - margin]) {
    const [, y] = place(0, value);
    if (Math.abs(y - level) > 12) pen.fillText(short(value), left - 5, y);
  }
  pen.fillText(short(undecided), left - 5, level);
  pen.textBaseline = "alphabetic";
  pen.fillText(rows ? `round ${grouped(last)}` : "round", right, height - 5);
  pen.textAlign = "left";
  pen.fillText("0", left, height - 5);
  pen.setLineDash([1, 3]);
  pen.strokeStyle = css(colours["soft-ink"]);
  pen.beginPath();
  pen.moveTo(left, level);
  pen.lineTo(right, level);
  pen.stroke();
  const ends = [];
  for (const [name, column, colour, dash] of [["D", 1, colours["player-d"], []], ["G", 2, colours.made, [5, 3]]]) {
    if (!rows) continue;
    pen.setLineDash(dash);
    pen.strokeStyle = css(colour);
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (let i = 0; i < rows; i++) pen.lineTo(...place(curve[3 * i], curve[3 * i + column]));
    pen.stroke();
    ends.push({ name, colour, y: place(last, curve[3 * (rows - 1) + column])[1] });
  }
  pen.setLineDash([]);
  if (ends.length === 2 && Math.abs(ends[0].y - ends[1].y) < 13) {
    const [upper, lower] = ends[0].y <= ends[1].y ? ends : [...ends].reverse();
    const middle = (upper.y + lower.y) / 2;
    [upper.y, lower.y] = [middle - 6.5, middle + 6.5];
  }
  pen.font = "bold 12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  for (const { name, colour, y } of ends) {
    pen.fillStyle = css(colour);
    pen.fillText(name, right + 6, Math.max(top + 4, Math.min(bottom - 4, y)));
  }
}

// The widget

function render({ model, el }) {
  const constants = model.get("_constants");
  const { reach, side, own } = constants;
  const me = `${Math.random().toString(36).slice(2)}-`; // several views of one game may be open
  let asked = 0;
  let pending = null; // the id of the frame that Python was asked for
  let overdue = false;
  let playing = false;
  let speed = "5";
  let frame = null;
  let before = null; // the made points before G learnt, in slow motion
  let waiting = []; // frames that are shown when the one on view has been seen
  let painted = null; // the learner's own points while painting
  let cross = null; // where the keyboard paints
  let colours = null;
  let visible = true;
  let lastTold = 0;
  const timers = { patience: null, hold: null };

  const button = (label, onclick, attributes = {}) =>
    element("button", { type: "button", onclick, ...attributes }, ...[label].flat());
  const status = element("div", { class: "status", role: "status", "aria-live": "polite" });
  const note = element("p", { class: "note", role: "status", "aria-live": "polite" });
  const phase = element("p", { class: "phase" });
  const plane = element("canvas", { class: "plane", tabindex: "0", role: "img" });
  const chart = element("canvas", { class: "chart", role: "img" });
  const numbers = element("dl", { class: "numbers" });
  const bar = element("canvas", { class: "bar", "aria-hidden": "true" });
  const barEnds = element("div", { class: "ends" });
  const barText = element("div", { class: "soft" });
  const outside = element("span", { class: "soft" });
  const playLabel = element("span");

  const stepButton = button(["Step ", key("S")], step);
  const playButton = button([playLabel, " ", key("P")], toggle, { class: "primary" });
  const againButton = button(["Restart ", key("R")], () => restart(false), { title: "round 0, same seed" });
  const seedButton = button(["New seed ", key("N")], () => restart(true), { title: "round 0, other first weights" });

  const speeds = element("fieldset", { class: "speeds" }, element("legend", {}, "Rounds a frame"),
    ...SPEEDS.map(([value, , title]) =>
      element("label", { title },
        element("input", { type: "radio", name: `${me}speed`, value, checked: value === speed,
          onchange: () => { speed = value; } }), value)));
  const gameSelect = select("game", constants.games);
  const shapeSelect = select("shape", [...constants.shapes, [own, "your own points"]]);
  const [generatorRow, showGeneratorRate] = slider("generator_rate", "Learning rate G");
  const [discriminatorRow, showDiscriminatorRate] = slider("discriminator_rate", "Learning rate D");
  const drawButton = button(["Draw your own …"], startPainting);

  const useButton = button("Use", usePainted, { class: "primary" });
  const brush = element("div", { class: "brush" },
    element("p", { class: "soft" }, "Paint with mouse, finger or pen. By keyboard: ", key("←"), key("→"), key("↑"), key("↓"),
      " move the cross, ", key("Space"), " dabs, ", key("Esc"), " leaves."),
    element("div", { class: "row" }, useButton, button("Clear", clearPainted), button("Cancel", stopPainting)));
  const legend = element("div", { class: "legend" },
    element("div", { class: "marks" },
      element("span", {}, element("i", { class: "circle" }), "real"),
      element("span", {}, element("i", { class: "triangle" }), "made by G"),
      element("span", {}, element("i", { class: "pull" }, "→"), "where G wants it"), outside),
    element("div", { class: "scale" }, bar, barEnds, barText));

  const settings = element("div", { class: "settings" },
    element("div", { class: "row buttons" }, playButton, stepButton, againButton, seedButton),
    speeds, labelled("Loss", gameSelect), labelled("Real points", shapeSelect),
    element("div", { class: "setting" }, drawButton),
    generatorRow, discriminatorRow, numbers, note);
  const root = element("section",
    { class: "playground", tabindex: "-1", "aria-label": "GAN playground", "data-lm-suppress-shortcuts": "true" },
    element("div", { class: "columns" }, element("div", { class: "board" }, phase, plane, legend, brush,
      element("p", { class: "soft" }, "Losses. Dotted: a D that can't tell real from made."), chart),
    settings), status);

  function labelled(text, control, ...more) {
    control.id ||= `${me}${text.replace(/\W/g, "")}`;
    return element("div", { class: "setting" }, element("label", { for: control.id }, text), control, ...more);
  }

  function select(name, options) {
    const control = element("select", { onchange: () => {
      if (control.value === own && model.get("shape") !== own && !hasOwn) {
        control.value = model.get("shape");
        startPainting();
        return;
      }
      model.set(name, control.value);
      model.save_changes();
      wait(LONG_PATIENCE);
    } }, ...options.map(([value, title]) => element("option", { value }, title)));
    return control;
  }

  function slider(name, text) {
    const value = element("output", {});
    const control = element("input", { type: "range", min: 0, max: RATES.length - 1, step: 1, oninput: () => {
      model.set(name, RATES[Number(control.value)]);
      model.save_changes();
      display();
    } });
    const display = () => {
      const rate = model.get(name);
      control.value = nearestRate(rate);
      value.textContent = rateText(rate);
      control.setAttribute("aria-valuetext", rateText(rate));
    };
    return [labelled(text, control, value), display];
  }

  let hasOwn = model.get("shape") === own;

  // Talking with Python

  function wait(patience) {
    clearTimeout(timers.patience);
    overdue = false;
    timers.patience = setTimeout(() => {
      overdue = true;
      tell(BUSY);
    }, patience);
  }

  function ask(kind, more = {}) {
    pending = `${me}${(asked += 1)}`;
    wait(PATIENCE);
    model.send({ kind, id: pending, ...more });
  }

  function next() {
    if (!playing || pending !== null || waiting.length || painted || !visible) return;
    const [, rounds] = SPEEDS.find(([value]) => value === speed);
    ask("play", { rounds, phases: speed === "slow" });
  }

  function onMessage(message, buffers) {
    if (message.kind === "building") {
      tell(message.text);
      wait(LONG_PATIENCE);
    } else if (message.kind === "refused") {
      settle(message.id);
      pause();
      tell(message.text);
    } else if (message.kind === "frame") {
      receive({
        ...message,
        heat: bytes(buffers[0]),
        real: floats(buffers[1]),
        made: floats(buffers[2]),
        pull: floats(buffers[3]),
        curve: floats(buffers[4]),
      });
    }
  }

  function settle(id) {
    if (id !== null && id !== pending) return;
    clearTimeout(timers.patience);
    overdue = false;
    if (id !== null) pending = null;
  }

  function receive(arrived) {
    if (!painted) tell("");
    if (arrived.phase !== "discriminator") settle(arrived.id);
    waiting.push(arrived);
    if (timers.hold === null) showNext();
  }

  function showNext() {
    timers.hold = null;
    const arrived = waiting.shift();
    if (!arrived) return next();
    const slow = speed === "slow" && playing;
    before = frame?.phase === "discriminator" && arrived.phase === "generator" ? frame.made : null;
    frame = arrived;
    show();
    if (frame.broken) {
      pause();
      tell(frame.broken);
    }
    const inHalves = frame.phase === "discriminator" || before;
    if (inHalves && (slow || frame.phase === "discriminator")) {
      timers.hold = setTimeout(showNext, slow ? HOLD : STEP_HOLD);
    } else {
      requestAnimationFrame(showNext);
    }
    return undefined;
  }

  function hurry() {
    clearTimeout(timers.hold);
    timers.hold = null;
    while (waiting.length > 1) waiting.shift();
    if (waiting.length) showNext();
  }

  // What is pressed

  function step() {
    if (painted || (pending !== null && !overdue)) return;
    pause();
    hurry();
    ask("play", { rounds: 1, phases: true });
  }

  function toggle() {
    if (painted) return;
    if (playing) {
      pause();
      if (frame) say(summary());
      return;
    }
    playing = true;
    if (overdue) pending = null;
    lastTold = performance.now();
    showButtons();
    say("Playing");
    if (timers.hold === null) next();
  }

  function pause() {
    playing = false;
    showButtons();
  }

  function restart(another) {
    if (painted) return;
    waiting = [];
    model.send({ kind: "restart", another });
    wait(PATIENCE);
    say(another ? "New seed, round 0" : "Round 0");
  }

  function startPainting() {
    pause();
    painted = [];
    cross = [0, 0];
    showButtons();
    paint();
    tell("");
    say("Painting. Arrow keys move the cross, Space dabs, Escape leaves.");
    plane.focus({ preventScroll: true });
  }

  function stopPainting() {
    painted = null;
    tell("");
    showButtons();
    paint();
    drawButton.focus({ preventScroll: true });
  }

  function clearPainted() {
    painted = [];
    showButtons();
    paint();
  }

  function usePainted() {
    const points = new Float32Array(painted);
    painted = null;
    hasOwn = true;
    waiting = [];
    showButtons();
    model.send({ kind: "draw" }, undefined, [points.buffer]);
    wait(LONG_PATIENCE);
    say(`${points.length / 2} points handed over`);
    playButton.focus({ preventScroll: true });
  }

  function dab(x, y) {
    const within = (value) => Math.max(-constants.largest, Math.min(constants.largest, value));
    for (let i = 0; i < DAB && painted.length / 2 < constants.most; i++) {
      painted.push(within(x + BRUSH * bellShaped()), within(y + BRUSH * bellShaped()));
    }
    showButtons();
    paint();
  }

  let brushAt = null;
  function onPointer(event) {
    if (!painted) return;
    event.preventDefault();
    if (event.type === "pointerdown") {
      plane.setPointerCapture(event.pointerId);
      brushAt = null;
      cross = null;
      plane.focus({ preventScroll: true });
    } else if (!plane.hasPointerCapture(event.pointerId)) return;
    const box = plane.getBoundingClientRect();
    const x = (((event.clientX - box.left) / box.width) * 2 - 1) * reach;
    const y = (1 - ((event.clientY - box.top) / box.height) * 2) * reach;
    const far = brushAt === null ? Infinity : Math.hypot(x - brushAt[0], y - brushAt[1]);
    if (far < BRUSH) return;
    const dabs = Number.isFinite(far) ? Math.ceil(far / (2 * BRUSH)) : 1; // a quick stroke has no gaps
    for (let i = 1; i <= dabs; i++) {
      const share = i / dabs;
      dab(...(brushAt === null ? [x, y] : [brushAt[0] + share * (x - brushAt[0]), brushAt[1] + share * (y - brushAt[1])]));
    }
    brushAt = [x, y];
  }

  function paintByKey(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    if (move) {
      cross ??= [0, 0];
      cross = cross.map((value, i) => Math.max(-constants.largest, Math.min(constants.largest, value + NUDGE * move[i])));
      paint();
    } else if (event.key === " ") {
      cross ??= [0, 0];
      dab(...cross);
      say(`${painted.length / 2} points`);
    } else return false;
    return true;
  }

  function onKey(event) {
    if (event.key === "Tab") return;
    event.stopPropagation(); // the notebook must not take D, D for "delete this cell"
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tag = event.target.tagName;
    if (event.key === "Escape") {
      if (painted) stopPainting();
      else pause();
      return;
    }
    if (tag === "SELECT" || tag === "INPUT") return;
    if (painted && event.target === plane && paintByKey(event)) {
      event.preventDefault();
      return;
    }
    if (tag === "BUTTON" && (event.key === " " || event.key === "Enter")) return;
    const actions = { p: toggle, " ": toggle, s: step, r: () => restart(false), n: () => restart(true) };
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || action === step) action();
  }

  // What is shown

  function say(text) {
    status.textContent = text;
  }

  function tell(text) {
    if (note.textContent !== text) note.textContent = text;
  }

  function showButtons() {
    playLabel.textContent = playing ? "Pause" : "Play";
    const painting = painted !== null;
    for (const control of [playButton, stepButton, againButton, seedButton, drawButton, gameSelect, shapeSelect]) {
      control.disabled = painting;
    }
    root.classList.toggle("painting", painting);
    if (!painting) return;
    const count = painted.length / 2;
    const missing = constants.fewest - count;
    useButton.disabled = missing > 0;
    useButton.textContent = missing > 0 ? `${missing} more points are needed` : `Use these ${grouped(count)} points`;
    plane.setAttribute("aria-label", `Painting: ${count} points so far`);
  }

  function showSettings() {
    gameSelect.value = model.get("game");
    shapeSelect.value = model.get("shape");
    hasOwn ||= model.get("shape") === own;
    showGeneratorRate();
    showDiscriminatorRate();
  }

  function summary() {
    const { figures } = frame;
    const modes = figures.modes_found === null ? "" : `${figures.modes_found} of ${figures.modes} modes found, `;
    return `Round ${figures.rounds}: ${modes}energy distance ${short(figures.distance)}`;
  }

  function show() {
    const { figures, colours: meaning } = frame;
    phase.replaceChildren(`Round ${grouped(figures.rounds)}`, element("span", { class: "soft" }, `seed ${model.get("seed")}`));
    const half = frame.phase && (before || frame.phase === "discriminator") ? PHASES[frame.phase] : "";
    if (half) phase.append(element("b", { class: frame.phase }, half));
    const percent = (share) => `${Math.round(100 * share)}\u202f%`;
    const rows = [];
    if (figures.modes_found !== null) {
      rows.push(["Modes found", `${figures.modes_found} of ${figures.modes}`,
        `average of G: ${figures.modes_found_by_average}`]);
      rows.push(["In a mode", percent(figures.share_in_modes), "of the made points"]);
    }
    rows.push(["Energy distance", short(figures.distance), `real from real: ${short(figures.distance_of_real)}`]);
    rows.push(["Median slope", short(figures.median_pull), "drawn as arrows"]);
    rows.push(["Loss", `D ${short(figures.discriminator_loss)}, G ${short(figures.generator_loss)}`, ""]);
    numbers.replaceChildren(...rows.flatMap(([name, value, more]) => [
      element("dt", {}, name), element("dd", {}, element("strong", {}, value), element("span", { class: "soft" }, more)),
    ]));
    barEnds.replaceChildren(...["low", "middle", "high"].map((name) => element("span", {}, meaning[name])));
    barText.textContent = meaning.text;
    let away = 0;
    for (let i = 0; i < frame.made.length; i += 2) {
      if (Math.max(Math.abs(frame.made[i]), Math.abs(frame.made[i + 1])) > reach) away += 1;
    }
    outside.textContent = away ? `${away} outside` : "";
    plane.setAttribute("aria-label",
      `Real and made points over what the discriminator thinks. ${summary()}, median slope ${short(figures.median_pull)}`);
    chart.setAttribute("aria-label",
      `Losses over ${figures.rounds} rounds; now D ${short(figures.discriminator_loss)}, `
      + `G ${short(figures.generator_loss)}; a D that can't tell has ${short(frame.undecided)}`);
    const now = performance.now();
    if (!playing || now - lastTold > TOLD) {
      say(summary());
      lastTold = now;
    }
    paint();
  }

  function paint() {
    colours ??= readColours(root);
    if (frame) paintChart(chart, frame.curve, frame.undecided, colours);
    const { pen, width, height } = sized(plane);
    if (!width) return;
    const common = { reach, width, height, edge: css(colours.paper) };
    const blue = css(colours.real);
    if (painted) {
      paintCircles(pen, painted, { ...common, fill: blue });
      if (cross) {
        eachPoint(cross, reach, width, height, (x, y) => {
          pen.strokeStyle = css(colours.ink);
          pen.lineWidth = 1.5;
          pen.beginPath();
          pen.moveTo(x - 9, y);
          pen.lineTo(x + 9, y);
          pen.moveTo(x, y - 9);
          pen.lineTo(x, y + 9);
          pen.stroke();
        });
      }
      return;
    }
    if (!frame) return;
    paintHeat(pen, frame.heat, side, width, height, colours.tints);
    paintCircles(pen, frame.real, { ...common, fill: blue });
    const { arrow, longest } = constants;
    if (before) paintTrails(pen, before, frame.made, { ...common, stroke: css(colours.made, 0.8) });
    paintArrows(pen, frame.made, frame.pull, { ...common, arrow, longest, stroke: css(colours.ink, 0.7) });
    paintTriangles(pen, frame.made, { ...common, fill: css(colours.made) });
    const strip = sized(bar);
    paintHeat(strip.pen, Uint8Array.from({ length: 256 * 256 }, (_, i) => i % 256), 256, strip.width, strip.height,
      colours.tints);
  }

  function repaint() {
    colours = null;
    paint();
  }

  root.addEventListener("keydown", onKey);
  for (const type of ["pointerdown", "pointermove"]) plane.addEventListener(type, onPointer);
  const onSettings = () => showSettings();
  model.on("change:game change:shape change:generator_rate change:discriminator_rate", onSettings);
  model.on("msg:custom", onMessage);
  const theme = new MutationObserver(repaint);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  const size = new ResizeObserver(() => paint());
  size.observe(plane);
  const sight = new IntersectionObserver((entries) => { // out of sight it stands still and leaves Python to other cells
    visible = entries.at(-1).isIntersecting; // several may come at once; the last one holds
    if (visible && timers.hold === null) next();
  });
  sight.observe(root);
  el.append(root);
  showSettings();
  showButtons();
  ask("look");

  return () => {
    playing = false;
    clearTimeout(timers.patience);
    clearTimeout(timers.hold);
    theme.disconnect();
    size.disconnect();
    sight.disconnect();
    model.off("change:game change:shape change:generator_rate change:discriminator_rate", onSettings);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
