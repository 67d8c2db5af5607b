/** Under which conditions the page runs: network, storage, whether it would start without a network. */
import { element } from "./element.js";
import { size } from "./words.js";

const STORAGE = {
  persistent: "Stored for good",
  "best-effort": "Stored in this browser",
  memory: "In memory",
  backend: "Stored elsewhere",
};

/** Shows them in a list; gives how to say whether the page can do without a network. */
export function showConditions(node, chord) {
  const network = element("li");
  const storage = element("li");
  const offline = element("li", { hidden: true });
  const update = element("li", { hidden: true });
  node.append(network, storage, offline, update);

  const showNetwork = () => {
    network.textContent = navigator.onLine ? "Network on" : "Network off";
    network.className = navigator.onLine ? "" : "off";
  };
  addEventListener("online", showNetwork);
  addEventListener("offline", showNetwork);
  showNetwork();
  showStorage(storage, chord);

  return {
    isKept() {
      offline.textContent = "Starts without a network";
      offline.hidden = false;
    },
    hasUpdate(apply) {
      update.replaceChildren(element("button", { type: "button", className: "quiet", onclick: apply }, "New version: reload"));
      update.hidden = false;
    },
  };
}

async function showStorage(node, chord) {
  const { kind, bytesUsed } = await chord.storage();
  node.textContent = `${STORAGE[kind]}${bytesUsed === undefined ? "" : `, ${size(bytesUsed)}`}`;
}
