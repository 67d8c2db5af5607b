/** Makes an element. Properties with a dash are attributes, those that begin with `on` listeners, the others properties. */
export function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Makes an SVG element, whose properties are all attributes. */
export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function filled(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

/** A switch: a button that says whether something is on. */
export function toggle(label, onToggle) {
  const button = element(
    "button",
    { type: "button", className: "switch", role: "switch", "aria-checked": "false", onclick: () => onToggle(!isOn(button)) },
    element("span", { className: "track", "aria-hidden": "true" }),
    element("span", { className: "label" }, label),
  );
  return button;
}

export const isOn = (button) => button.getAttribute("aria-checked") === "true";
export const setOn = (button, on) => button.setAttribute("aria-checked", String(on));
