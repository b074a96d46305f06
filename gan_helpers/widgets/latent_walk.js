// The latent walk. All pictures of the map are here already; walking only chooses among them.

const NEAR = 0.04; // a key press moves so far

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function bytes(model) {
  const view = model.get("_pixels");
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function render({ model, el }) {
  const [height, width, channels] = model.get("_shape");
  const steps = model.get("_steps");
  const size = height * width * channels;
  let pixels = bytes(model);
  let frame = 0;

  const canvas = element("canvas", { width, height, class: "picture", role: "img", "aria-label": "what the generator draws here" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const knob = element("span", { class: "knob" });
  const pad = element("div", {
    class: "pad", tabindex: "0", role: "application",
    "aria-label": "map of latent vectors; move with the arrow keys",
  });
  const corners = ["A", "B", "C", "D"].map((name) => {
    const small = element("canvas", { width, height, class: `corner ${name}`, "aria-hidden": "true" });
    return [small, element("span", { class: `name ${name}` }, name)];
  });
  pad.append(...corners.flat(), knob);
  const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const stroll = element("button", { type: "button", class: "primary", onclick: toggle }, "Stroll");
  const other = element("button", { type: "button", onclick: () => {
    other.disabled = true;
    status.textContent = "Drawing …";
    model.send({ kind: "other corners" });
  } }, "Other corners");
  const kinds = model.get("_kinds");
  const select = element("select", { "aria-label": "kind of part", onchange: () => {
    status.textContent = "Drawing …";
    model.set("kind", select.value);
    model.save_changes();
  } }, ...kinds.map((kind) => element("option", { value: kind }, kind.replace("_", " "))));
  select.value = model.get("kind");

  // a picture between four of the map is their mix, so that the walk is smooth
  function mix(x, y) {
    const column = Math.min(Math.floor(x * (steps - 1)), steps - 2);
    const row = Math.min(Math.floor(y * (steps - 1)), steps - 2);
    const right = x * (steps - 1) - column;
    const down = y * (steps - 1) - row;
    const places = [[row, column, (1 - down) * (1 - right)], [row, column + 1, (1 - down) * right],
      [row + 1, column, down * (1 - right)], [row + 1, column + 1, down * right]];
    return (i) => places.reduce((sum, [r, c, weight]) => sum + weight * pixels[(r * steps + c) * size + i], 0);
  }

  function paint(target, into, value) {
    for (let i = 0; i < width * height; i += 1) {
      for (let c = 0; c < 3; c += 1) into.data[4 * i + c] = value(i * channels + (channels === 3 ? c : 0));
      into.data[4 * i + 3] = 255;
    }
    target.putImageData(into, 0, 0);
  }

  function draw() {
    const [x, y] = model.get("place");
    paint(context, image, mix(x, y));
    knob.style.left = `${100 * x}%`;
    knob.style.top = `${100 * y}%`;
    const shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
    status.textContent = shares.map((share, i) => `${"ABCD"[i]} ${Math.round(100 * share)} %`).join(" · ");
  }

  function drawCorners() {
    [[0, 0], [1, 0], [0, 1], [1, 1]].forEach(([x, y], i) => {
      const small = corners[i][0].getContext("2d");
      paint(small, small.createImageData(width, height), mix(x, y));
    });
  }

  function go(x, y) {
    const inside = (value) => Math.min(Math.max(value, 0), 1);
    model.set("place", [inside(x), inside(y)]);
    draw();
  }

  function follow(event) {
    const box = pad.getBoundingClientRect();
    go((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  function toggle() {
    if (frame) return stop();
    stroll.textContent = "Stop";
    let turn = 0;
    const walk = () => {
      turn += 0.008;
      go(0.5 + 0.5 * Math.sin(turn * 2), 0.5 + 0.5 * Math.cos(turn * 3));
      frame = requestAnimationFrame(walk);
    };
    frame = requestAnimationFrame(walk);
    return undefined;
  }

  function stop() {
    cancelAnimationFrame(frame);
    frame = 0;
    stroll.textContent = "Stroll";
    model.save_changes();
  }

  pad.addEventListener("pointerdown", (event) => {
    if (frame) stop();
    pad.setPointerCapture(event.pointerId);
    follow(event);
  });
  pad.addEventListener("pointermove", (event) => event.buttons && follow(event));
  pad.addEventListener("pointerup", () => model.save_changes());
  pad.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-NEAR, 0], ArrowRight: [NEAR, 0], ArrowUp: [0, -NEAR], ArrowDown: [0, NEAR] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation(); // the notebook must not take the arrows for "next cell"
    const [x, y] = model.get("place");
    go(x + move[0], y + move[1]);
    model.save_changes();
  });

  function renewed() {
    pixels = bytes(model);
    other.disabled = false;
    select.value = model.get("kind");
    drawCorners();
    draw();
  }
  model.on("change:_pixels", renewed);
  model.on("change:place", draw);

  el.append(
    element("div", { class: "latent-walk" },
      element("div", { class: "sides" },
        element("div", {}, pad, element("p", { class: "soft" }, "Drag the dot, or use the arrow keys.")),
        element("div", {}, canvas, status)),
      element("div", { class: "row" }, stroll, other, ...(kinds.length ? [select] : []))),
  );
  renewed();

  return () => {
    cancelAnimationFrame(frame);
    model.off("change:_pixels", renewed);
    model.off("change:place", draw);
  };
}

export default { render };
