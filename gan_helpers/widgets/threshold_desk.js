// The threshold desk in the browser: it draws what Python counted (threshold_desk.py) and says what was moved.

const WIDE = 640;
const [LEFT, RIGHT] = [14, 626]; // of the drawing area, in units of the picture
const [BARS_TOP, BARS_BOTTOM] = [26, 168];
const [CURVE_TOP, CURVE_BOTTOM] = [196, 316];
const TALL = 338;
const FINE = 1000; // steps of a slider
const NUDGES = { ArrowLeft: -0.005, ArrowRight: 0.005, ArrowDown: -0.005, ArrowUp: 0.005, PageDown: -0.05, PageUp: 0.05 };

// name of the trait, words, unit, from, to, what one unit of the number field is in the trait
const CONTROLS = [
  ["defect_rate", "Defective parts on the line", "%", 1e-5, 0.3, 0.01],
  ["cost_escape", "Cost of one escape", "money", 1, 1e5, 1],
  ["cost_overkill", "Cost of one overkill", "money", 0.1, 1e3, 1],
  ["parts_per_day", "Parts a day", "", 100, 1e6, 1],
  ["false_alarm_rate", "False alarm rate to promise", "%", 0.001, 0.3, 0.01],
];

const rounded = (value) => Number(value.toPrecision(2));

function render({ model, el }) {
  const get = (name) => model.get(name);
  const axis = () => get("_axis");
  const bent = (value) => (axis().log ? Math.log(value) : value);

  function shareOf(score) {
    const { low, high, log } = axis();
    if (log && score <= 0) return 0;
    return within((bent(score) - bent(low)) / (bent(high) - bent(low)), 0, 1);
  }

  function scoreAt(share) {
    const { low, high, log } = axis();
    const value = bent(low) + share * (bent(high) - bent(low));
    return log ? Math.exp(value) : value;
  }

  const x = (score) => LEFT + shareOf(score) * (RIGHT - LEFT);

  function tell(name, value) {
    model.set(name, value);
    model.save_changes();
  }

  // The picture: bars above, the cost below, one line through both.

  const bars = drawn("g");
  const costs = drawn("g");
  const marks = drawn("g");
  const line = drawn("line", { class: "threshold", y1: BARS_TOP - 8, y2: CURVE_BOTTOM });
  const grip = drawn("path", { class: "grip", d: "M-9,-16 h18 v9 l-9,9 l-9,-9 z" });
  const picture = drawn("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, "aria-hidden": "true" }, bars, costs, marks, line, grip);
  const plot = element("div", {
    class: "plot", tabindex: "0", role: "slider", "aria-label": "threshold; arrow keys move it, with Shift by less",
  }, picture);

  const text = (words, at, y, attributes = {}) => {
    const node = drawn("text", { x: at, y, ...attributes });
    node.textContent = words;
    return node;
  };

  function drawBars() {
    const { edges, good, defective } = axis();
    const [up, down] = [Math.max(...good), Math.max(...defective)];
    const scale = (BARS_BOTTOM - BARS_TOP) / (up + down); // the same for both, so that areas can be compared
    const middle = BARS_TOP + scale * up;
    const rect = (name, i, height) => {
      const from = x(edges[i]);
      return drawn("rect", {
        class: name, x: from, y: name === "good" ? middle - scale * height : middle,
        width: Math.max(x(edges[i + 1]) - from - 0.6, 0.4), height: scale * height,
      });
    };
    bars.replaceChildren(
      ...good.map((height, i) => rect("good", i, height)),
      ...defective.map((height, i) => rect("defective", i, height)),
      drawn("line", { class: "base", x1: LEFT, x2: RIGHT, y1: middle, y2: middle }),
      text("accepted ◂", 0, BARS_TOP - 12, { class: "accepted" }),
      text("▸ rejected", 0, BARS_TOP - 12, { class: "rejected" }),
    );
  }

  function drawCosts() {
    const { thresholds, costs: values, top, ship, reject, best, bestText, shipText, rejectText, topText } = get("_curve");
    const y = (cost) => CURVE_BOTTOM - within(cost / top, 0, 1.02) * (CURVE_BOTTOM - CURVE_TOP);
    const path = thresholds.map((threshold, i) => `${i ? "L" : "M"}${x(threshold).toFixed(1)},${y(values[i]).toFixed(1)}`);
    const rival = (cost, words, anchor, at) => (cost > top ? [] : [
      drawn("line", { class: "rival", x1: LEFT, x2: RIGHT, y1: y(cost), y2: y(cost) }),
      text(words, at, y(cost) - 4, { class: "soft", "text-anchor": anchor }),
    ]);
    const at = x(best[0]);
    const [side, move] = at > WIDE / 2 ? ["end", -9] : ["start", 9];
    costs.replaceChildren(
      drawn("line", { class: "base", x1: LEFT, x2: RIGHT, y1: CURVE_BOTTOM, y2: CURVE_BOTTOM }),
      drawn("line", { class: "base", x1: LEFT, x2: LEFT, y1: CURVE_TOP, y2: CURVE_BOTTOM }),
      text(`${topText} a day`, LEFT + 4, CURVE_TOP - 4, { class: "soft" }),
      text("0", LEFT + 4, CURVE_BOTTOM - 4, { class: "soft" }),
      ...rival(reject, rejectText, "start", LEFT + 90),
      ...rival(ship, shipText, "end", RIGHT),
      drawn("path", { class: "cost", d: path.join(" ") }),
      drawn("circle", { class: "best", cx: at, cy: y(best[1]), r: 5 }),
      text(bestText, at + move, y(best[1]) + (y(best[1]) < CURVE_BOTTOM - 24 ? 17 : -9), { class: "best label", "text-anchor": side }),
      text(`score${axis().log ? ", logarithmic" : ""}; higher is more suspicious ▸`, RIGHT, TALL - 6, { class: "soft", "text-anchor": "end" }),
    );
  }

  function drawThreshold() {
    const at = x(get("threshold"));
    line.setAttribute("x1", at);
    line.setAttribute("x2", at);
    grip.setAttribute("transform", `translate(${at},${BARS_TOP - 4})`);
    const near = 14;
    for (const [name, anchor, move] of [["accepted", "end", -near], ["rejected", "start", near]]) {
      const words = bars.querySelector(`.${name}`);
      words.setAttribute("text-anchor", anchor);
      words.setAttribute("x", at + move);
      words.style.visibility = at + move < 80 && anchor === "end" || at + move > WIDE - 80 && anchor === "start" ? "hidden" : "";
    }
    const { low, high } = axis();
    for (const [name, value] of [["min", low], ["max", high], ["now", get("threshold")]]) {
      plot.setAttribute(`aria-value${name}`, value);
    }
  }

  // Words and figures, all of them Python's.

  const figures = element("dl", { class: "figures" });
  const sentence = element("p", { class: "sentence", role: "status" });
  const promise = element("p", { class: "soft" });
  const toPromise = element("button", { type: "button", onclick: () => tell("threshold", get("_report").promise) }, "To the promise");
  const toCheapest = element("button", { type: "button", onclick: () => tell("threshold", get("_curve").best[0]) }, "To the cheapest");

  function write() {
    const report = get("_report");
    figures.replaceChildren(...report.figures.map(([name, value, range, note]) =>
      element("div", {}, element("dt", {}, name), element("dd", {},
        element("strong", {}, value), element("span", { class: "soft" }, [range && `${range} (95 %)`, note].filter(Boolean).join("; "))))));
    sentence.textContent = report.sentence;
    promise.textContent = report.promiseText;
    plot.setAttribute("aria-valuetext", report.spoken);
    toPromise.disabled = report.promise === null;
    marks.replaceChildren(...(report.promise === null ? [] : [
      drawn("line", { class: "promise", x1: x(report.promise), x2: x(report.promise), y1: BARS_TOP, y2: CURVE_BOTTOM }),
      text("promise", within(x(report.promise), LEFT + 20, RIGHT - 20), CURVE_BOTTOM + 14, { class: "promised label", "text-anchor": "middle" }),
    ]));
    drawThreshold();
  }

  // What can be moved.

  const knobs = CONTROLS.map(([name, words, unit, from, to, one]) => {
    const slider = element("input", { type: "range", min: 0, max: FINE, "aria-label": words });
    const field = element("input", { type: "number", step: "any", min: "0", "aria-label": `${words}, as a number` });
    const show = () => {
      slider.value = String(FINE * Math.log(get(name) / from) / Math.log(to / from));
      if (document.activeElement !== field) field.value = String(Number((get(name) / one).toPrecision(4)));
    };
    slider.addEventListener("input", () => tell(name, rounded(from * (to / from) ** (slider.value / FINE))));
    field.addEventListener("change", () => {
      const value = Number(field.value) * one;
      const fits = value > 0 && (unit !== "%" || value < 1);
      if (fits) tell(name, value);
      show();
    });
    field.addEventListener("blur", show);
    model.on(`change:${name}`, show);
    show();
    const sign = unit === "money" ? get("currency") : unit;
    return [show, name, element("label", {}, element("span", {}, words), slider, field, element("span", { class: "soft" }, sign))];
  });

  const names = get("_detectors");
  const choice = element("select", { "aria-label": "detector", onchange: () => tell("detector", choice.value) },
    ...names.map((name) => element("option", { value: name }, name)));

  const root = element("section", { class: "threshold-desk", "aria-label": "threshold desk", "data-lm-suppress-shortcuts": "true" },
    element("div", { class: "row head" }, ...(names.length > 1 ? [choice] : []), toCheapest, toPromise,
      element("span", { class: "soft" }, "Drag the line, or use the arrow keys. ",
        element("b", { class: "good" }, "■ good above, "), element("b", { class: "defective" }, "■ defective below"))),
    plot,
    sentence,
    element("div", { class: "halves" }, figures, element("div", { class: "knobs" }, ...knobs.map((knob) => knob[2]))),
    promise,
    element("p", { class: "soft" }, "The cheapest point was found on these very parts: on others it costs a little more."),
  );

  function follow(event) {
    const box = picture.getBoundingClientRect();
    const share = (((event.clientX - box.left) / box.width) * WIDE - LEFT) / (RIGHT - LEFT);
    tell("threshold", scoreAt(within(share, 0, 1)));
  }

  plot.addEventListener("pointerdown", (event) => {
    plot.setPointerCapture(event.pointerId);
    follow(event);
  });
  plot.addEventListener("pointermove", (event) => event.buttons && follow(event));
  plot.addEventListener("keydown", (event) => {
    const ends = { Home: 0, End: 1 };
    const move = NUDGES[event.key] * (event.shiftKey ? 0.2 : 1);
    if (!move && !(event.key in ends)) return;
    event.preventDefault();
    const share = event.key in ends ? ends[event.key] : shareOf(get("threshold")) + move;
    tell("threshold", scoreAt(within(share, 0, 1)));
  });
  root.addEventListener("keydown", keepKeys);

  function renew() {
    choice.value = get("detector");
    drawBars();
    drawCosts();
    write();
  }

  const heard = [["change:_axis", renew], ["change:_curve", drawCosts], ["change:_report", write], ["change:threshold", drawThreshold]];
  heard.forEach(([name, answer]) => model.on(name, answer));
  renew();
  el.append(root);

  return () => {
    heard.forEach(([name, answer]) => model.off(name, answer));
    knobs.forEach(([show, name]) => model.off(`change:${name}`, show));
  };
}

export default { render };
