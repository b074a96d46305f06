// The defect painter in the browser: it follows the brush and shows what Python painted and what the detector said.

const SHOWN = 340; // px of a picture on the page, about; whole multiples of its own pixels look crisp
const PATIENCE = 6000; // ms without an answer before saying why
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WORDS = { darker: "darker (scratch)", brighter: "brighter (glint)", stain: "stain" };
const PREVIEW = { darker: "rgb(0 0 0 / 45%)", brighter: "rgb(255 255 255 / 45%)", stain: "rgb(130 95 50 / 45%)" };
// from cold to hot, as in the course's figures
const GLOW = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

function glowAt(share) {
  const at = share * (GLOW.length - 1);
  const i = Math.min(Math.floor(at), GLOW.length - 2);
  return GLOW[i].map((low, c) => low + (at - i) * (GLOW[i + 1][c] - low));
}

function render({ model, el }) {
  const { width, height, channels, parts, tools, alarm } = model.get("_constants");
  const scale = Math.max(1, Math.round(SHOWN / Math.max(width, height)));
  const bytes = (name) => {
    const view = model.get(name);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  };

  const canvas = (attributes) => element("canvas", { width: width * scale, height: height * scale, ...attributes });
  const easel = canvas({
    class: "easel", tabindex: "0", role: "application",
    "aria-label": "the part; arrow keys move the brush, space dabs, enter holds it down, u takes back",
  });
  const glass = canvas({ class: "map", role: "img", "aria-label": "where the detector is suspicious" });
  const small = element("canvas", { width, height }); // pixel by pixel, blown up when it is shown

  // What the brush does.

  const knob = (words, attributes) => {
    const input = element("input", { type: "range", "aria-label": words, ...attributes });
    const shown = element("output", { class: "soft" });
    const show = () => (shown.textContent = attributes.max <= 1 ? `${Math.round(100 * input.value)} %` : `${input.value} px`);
    input.addEventListener("input", () => { show(); drawEasel(); });
    show();
    return [input, element("label", {}, element("span", {}, words), input, shown)];
  };
  const side = Math.min(width, height);
  const [brush, brushRow] = knob("Brush", { min: 1, max: Math.round(side / 5), step: 0.5, value: Math.max(2, Math.round(side / 32)) });
  const [strength, strengthRow] = knob("Strength", { min: 0.05, max: 1, step: 0.05, value: 0.6 });
  const [soft, softRow] = knob("Soft edge", { min: 0, max: 1, step: 0.1, value: 0.5 });
  const tool = element("select", { "aria-label": "what the brush does" },
    ...tools.map((name) => element("option", { value: name }, WORDS[name] ?? name)));

  // Asking Python: one question at a time, and of a growing stroke only its newest state.

  const queue = [];
  let [asked, flying, sentAt, timer, answered] = [0, null, 0, null, 0];
  let current = null; // the stroke that grows
  let identity = 0;

  function ask(question) {
    const last = queue[queue.length - 1];
    if (last && question.kind === "stroke" && last.id === question.id) queue[queue.length - 1] = question;
    else queue.push(question);
    next();
  }

  function next() {
    if (flying || !queue.length) return;
    asked += 1;
    flying = { ...queue.shift(), number: `${model.model_id ?? "painter"}-${asked}` };
    sentAt = performance.now();
    model.send(flying);
    clearTimeout(timer);
    timer = setTimeout(() => (note.textContent = "Python is busy or gone. The answer comes when other cells are done."), PATIENCE);
  }

  function onAnswer() {
    const answer = model.get("_answer");
    if (flying && answer.asked === flying.number) {
      clearTimeout(timer);
      const there = Math.round(performance.now() - sentAt);
      if (current && flying.kind === "stroke" && flying.id === current.id) answered = flying.stroke.points.length;
      flying = null;
      note.textContent = answer.problem ?? `Detector ${answer.ms} ms, there and back ${there} ms.`;
    }
    if (!answer.problem) write(answer);
    drawGlass();
    drawEasel();
    next();
  }

  function begin(point) {
    identity += 1;
    answered = 0;
    current = {
      id: `${model.model_id ?? "painter"}-${identity}-${Date.now()}`,
      stroke: {
        points: [point], width: Number(brush.value), strength: Number(strength.value), soft: Number(soft.value), tool: tool.value,
      },
    };
    tellStroke();
  }

  function extend(point) {
    const { points } = current.stroke;
    const [x, y] = points[points.length - 1];
    if (Math.hypot(point[0] - x, point[1] - y) < 0.5) return;
    points.push(point);
    tellStroke();
  }

  function tellStroke() {
    ask({ kind: "stroke", id: current.id, stroke: { ...current.stroke, points: [...current.stroke.points] } });
    drawEasel();
  }

  const command = (kind) => () => { current = null; held = false; ask({ kind }); };

  // Pictures.

  function blowUp(target, pixel) {
    const context = small.getContext("2d");
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i += 1) image.data.set(pixel(i), 4 * i);
    context.putImageData(image, 0, 0);
    const wide = target.getContext("2d");
    wide.imageSmoothingEnabled = false;
    wide.clearRect(0, 0, target.width, target.height);
    wide.drawImage(small, 0, 0, target.width, target.height);
    return wide;
  }

  const colourOf = (picture, i) => (channels === 3 ? [picture[3 * i], picture[3 * i + 1], picture[3 * i + 2]] : Array(3).fill(picture[i]));

  function drawEasel() {
    const picture = bytes("_picture");
    const context = blowUp(easel, (i) => [...colourOf(picture, i), 255]);
    context.lineCap = context.lineJoin = "round";
    if (current) { // what Python has not painted yet
      const { points, width: broad, tool: kind } = current.stroke;
      const rest = points.slice(Math.max(answered - 1, 0));
      if (points.length > answered) {
        context.strokeStyle = PREVIEW[kind];
        context.lineWidth = broad * scale;
        context.beginPath();
        rest.forEach(([x, y], i) => (i ? context.lineTo(x * scale, y * scale) : context.moveTo(x * scale, y * scale + 0.01)));
        context.lineTo(rest[rest.length - 1][0] * scale, rest[rest.length - 1][1] * scale);
        context.stroke();
      }
    }
    if (!cursor) return;
    for (const [colour, thick] of [["#000", 3], [held ? "#ff8a3d" : "#fff", 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.beginPath();
      context.arc(cursor[0] * scale, cursor[1] * scale, Math.max((brush.value * scale) / 2, 3), 0, 2 * Math.PI);
      context.stroke();
    }
  }

  function drawGlass() {
    const [picture, heat, mask] = [bytes("_picture"), bytes("_heat"), bytes("_mask")];
    const context = blowUp(glass, (i) => {
      const share = heat[i] / 255;
      const opaque = Math.min(1.4 * share, 0.85);
      const glow = glowAt(share);
      return [...colourOf(picture, i).map((value, c) => (1 - opaque) * value + opaque * glow[c]), 255];
    });
    if (!outline.checked) return;
    context.strokeStyle = "#56b4e9";
    context.lineWidth = 1.5;
    context.beginPath();
    const marked = (x, y) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
    for (let y = 0; y <= height; y += 1) {
      for (let x = 0; x <= width; x += 1) {
        if (marked(x, y) !== marked(x - 1, y)) { context.moveTo(x * scale, y * scale); context.lineTo(x * scale, (y + 1) * scale); }
        if (marked(x, y) !== marked(x, y - 1)) { context.moveTo(x * scale, y * scale); context.lineTo((x + 1) * scale, y * scale); }
      }
    }
    context.stroke();
  }

  // Words.

  const verdict = element("strong", { class: "verdict" });
  const evidence = element("span", {});
  const dot = element("span", { class: "dot" });
  const gauge = element("div", { class: "gauge", "aria-hidden": "true" }, element("span", { class: "zone" }), dot);
  gauge.firstChild.style.width = `${100 * alarm}%`;
  const heat = element("p", {});
  const spoken = element("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const note = element("p", { class: "soft" });
  const outline = element("input", { type: "checkbox", checked: true, onchange: drawGlass });

  function write(answer) {
    const rejected = answer.verdict === "reject";
    verdict.className = `verdict ${answer.verdict}`;
    verdict.textContent = rejected ? "✗ reject" : "✓ accept";
    evidence.textContent = `p = ${answer.pValue}, score ${answer.score}: more suspicious than ${Math.round(100 * answer.place)} % of the good parts kept back`;
    dot.style.left = `${within(100 * answer.place, 0.7, 99.3)}%`;
    heat.textContent = answer.heat === null ? "Nothing is painted yet."
      : `${answer.heat} % of the map's heat lies on the ${answer.area} % of the picture that was painted.`;
    spoken.textContent = `${rejected ? "rejected" : "accepted"}, p ${answer.pValue}`;
    undo.disabled = clear.disabled = answer.strokes === 0;
    other.textContent = `Other part (${answer.part} of ${parts})`;
  }

  const undo = element("button", { type: "button", onclick: command("undo") }, "Undo");
  const clear = element("button", { type: "button", onclick: command("clear") }, "Clear");
  const other = element("button", { type: "button", onclick: command("part") }, "Other part");

  // Mouse and keys.

  let cursor = null;
  let held = false;

  function place(event) {
    const box = easel.getBoundingClientRect();
    const at = (value, from, length, size) => Math.round(10 * within(((value - from) / length) * size, 0, size)) / 10;
    return [at(event.clientX, box.left, box.width, width), at(event.clientY, box.top, box.height, height)];
  }

  easel.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = false;
    easel.setPointerCapture(event.pointerId);
    cursor = place(event);
    begin(cursor);
  });
  easel.addEventListener("pointermove", (event) => {
    cursor = place(event);
    if (event.buttons & 1 && current) extend(cursor);
    else drawEasel();
  });
  easel.addEventListener("pointerleave", () => { cursor = null; drawEasel(); });
  easel.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!move && ![" ", "Enter", "u"].includes(event.key)) return;
    event.preventDefault();
    cursor ??= [width / 2, height / 2];
    if (event.key === "u") return void command("undo")();
    if (event.key === " ") begin(cursor);
    if (event.key === "Enter") {
      held = !held;
      if (held) begin(cursor);
    }
    if (move) {
      const far = event.shiftKey ? 5 : 1;
      cursor = [within(cursor[0] + far * move[0], 0, width), within(cursor[1] + far * move[1], 0, height)];
      if (held) extend(cursor);
    }
    drawEasel();
  });

  const broad = `width: ${width * scale}px`;
  const root = element("section", { class: "defect-painter", "aria-label": "defect painter", "data-lm-suppress-shortcuts": "true" },
    element("div", { class: "sides" },
      element("div", { style: broad }, easel, element("p", { class: "soft" }, "Paint a defect here. Keys: arrows, ", element("kbd", {}, "space"), " dabs, ",
        element("kbd", {}, "enter"), " holds, ", element("kbd", {}, "u"), " takes back.")),
      element("div", { style: broad }, glass, element("label", { class: "soft" }, outline, " outline what was painted"))),
    element("div", {}, element("p", {}, verdict, evidence), gauge),
    heat,
    element("div", { class: "row" }, tool, undo, clear, ...(parts > 1 ? [other] : [])),
    element("div", { class: "knobs" }, brushRow, strengthRow, softRow),
    note,
    spoken,
  );
  root.addEventListener("keydown", keepKeys);
  model.on("change:_answer", onAnswer);
  write(model.get("_answer"));
  drawGlass();
  drawEasel();
  el.append(root);

  return () => {
    clearTimeout(timer);
    model.off("change:_answer", onAnswer);
  };
}

export default { render };
