// Menus: a button that opens a list of actions. Arrow keys move in it, Escape closes it.
import { h } from "./dom.js";

/** `items` are pairs of a label and an action. `more` is a CSS class. */
export function menu(label, mark, items, more = "") {
  const choices = items.map(([words, act]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: act }, words));
  return h("details", { class: `overflow ${more}`, onkeydown: move, ontoggle: opened },
    h("summary", { "aria-label": label, title: label, "aria-haspopup": "menu" }, mark),
    h("div", { class: "menu", role: "menu" }, choices));
}

/** Open upwards or to the left where there is no space below or to the right. Then focus the first entry. */
function opened({ target: details }) {
  details.classList.remove("up", "left");
  if (!details.open) return;
  const list = details.lastElementChild.getBoundingClientRect();
  const place = details.closest(".messages, .modal-body")?.getBoundingClientRect();
  if (place) {
    details.classList.toggle("up", list.bottom > place.bottom && list.top - list.height > place.top);
    details.classList.toggle("left", list.right > place.right);
  }
  if (!details.lastElementChild.contains(document.activeElement)) details.querySelector("[role=menuitem]")?.focus({ preventScroll: true });
}

export function move(event) {
  const details = event.currentTarget;
  const entries = [...details.querySelectorAll("[role=menuitem]")];
  const at = entries.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + (at < 0 ? 1 : 0), Home: 0, End: entries.length - 1 }[event.key];
  if (next !== undefined && details.open !== false) {
    event.preventDefault();
    entries.at(next % entries.length)?.focus();
  } else if (event.key === "Escape" && details.open) {
    event.preventDefault();
    event.stopPropagation();
    close(details);
  } else if (event.key === "Tab") {
    details.open = false;
  }
}

function close(details) {
  if (details.contains(document.activeElement)) details.firstElementChild.focus({ preventScroll: true });
  details.open = false;
}

/** A click outside of a menu, or on an entry, closes the open menu. */
document.addEventListener("click", (event) => {
  for (const details of document.querySelectorAll("details.overflow[open]")) {
    if (!details.contains(event.target) || event.target.closest("[role=menuitem]")) close(details);
  }
});
