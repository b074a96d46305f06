// Small helpers that several widgets use; put before their own script by theme.py.

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const drawn = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const within = (value, low, high) => Math.min(Math.max(value, low), high);

// Keys typed into a widget must not reach the notebook, which would take "d, d" for "delete this cell".
function keepKeys(event) {
  if (event.key !== "Tab" && event.key !== "Escape") event.stopPropagation();
}
