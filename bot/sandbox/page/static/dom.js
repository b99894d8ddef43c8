// Builds DOM nodes. Text from outside becomes only a text node or an attribute, never HTML.

/** An element. `props` that start with "on" are listeners. null and false are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Update the children of `parent` to `items`. A node is replaced only when its item has changed. */
export function keyed(parent, items, key, draw) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => {
    const name = String(key(item));
    const drawn = JSON.stringify(item);
    const kept = old.get(name);
    if (kept && kept.drawnFrom === drawn) return kept;
    const node = draw(item);
    node.dataset.key = name;
    node.drawnFrom = drawn;
    return node;
  });
  const same = nodes.length === parent.children.length && nodes.every((node, at) => parent.children[at] === node);
  if (!same) replaceKeepingFocus(parent, nodes);
  return !same;
}

/** Keep the keyboard focus on the pressed button when its card is drawn again. */
function replaceKeepingFocus(parent, nodes) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.closest("[data-key]");
  const nth = row ? alike(row, focused).indexOf(focused) : -1;
  const kept = new Set(nodes);
  for (const node of [...parent.children]) if (!kept.has(node)) node.remove();
  // Only new nodes are moved. The others keep their focus, their open menu and their scroll position.
  nodes.forEach((node, at) => { if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null); });
  if (!focused || focused === document.activeElement) return;
  if (focused.isConnected) { focused.focus({ preventScroll: true }); return; }
  const home = nodes.find((node) => node.dataset.key === row?.dataset.key);
  if (home && focused === row) { home.focus({ preventScroll: true }); return; }
  const buttons = home ? alike(home, focused) : [];
  (buttons[nth] ?? buttons[0] ?? parent).focus({ preventScroll: true });
}

/** The buttons with the same label: a message with several cards has one Re-check for each. */
export const alike = (place, focused) =>
  [...place.querySelectorAll("button, summary")].filter((button) => button.textContent === focused?.textContent);

export const hidden = (words) => h("span", { class: "unseen" }, words);

let toastTimer;

export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), 5000);
}
