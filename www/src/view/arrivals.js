/** What came to a phone lately: which of the three answers, for which versions, and its bytes against a full context's. */
import { element } from "./element.js";
import { ANSWERS, size, versions } from "./words.js";

const SHOWN = 4;

export class Arrivals {
  node = element("ol", { className: "arrivals" });

  add(arrival) {
    const { type, bytes, whole } = arrival;
    const bar = element("span", { className: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", Math.min(1, bytes / whole).toFixed(4));
    const item = element(
      "li",
      { className: `arrival ${type}` },
      element("span", { className: "what" }, ANSWERS[type]),
      element("span", { className: "versions" }, versions(arrival)),
      element("span", { className: "bytes" }, size(bytes)),
      bar,
    );
    item.dataset.type = type;
    this.node.prepend(item);
    while (this.node.children.length > SHOWN) this.node.lastElementChild.remove();
  }
}
