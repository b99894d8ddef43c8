// Menus: a button that opens a list of things to do. Arrow keys move in it, Escape leads back.
import { h } from "./dom.js";

/** `items` are pairs of what to show and what to do; `more` is a class for the looks. */
export function menu(label, mark, items, more = "") {
  const choices = items.map(([words, act]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: act }, words));
  return h("details", { class: `overflow ${more}`, onkeydown: move, ontoggle: opened },
    h("summary", { "aria-label": label, title: label, "aria-haspopup": "menu" }, mark),
    h("div", { class: "menu", role: "menu" }, choices));
}

/** Upwards, or to the left, where there is no room for it below or to the right; then the first entry has the focus. */
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

/** A click anywhere else, or on an entry, closes what is open. */
document.addEventListener("click", (event) => {
  for (const details of document.querySelectorAll("details.overflow[open]")) {
    if (!details.contains(event.target) || event.target.closest("[role=menuitem]")) close(details);
  }
});
