// Opens and closes the panes, and lets any module ask for the page to be drawn again.
import { $, here } from "./state.js";

export const drawings = { draw: () => {} };

export const redraw = () => drawings.draw();

const DRAWERS = ["sidebar", "backstage"];
const phone = matchMedia("(max-width: 860px)");

export const isPhone = () => phone.matches;
export const onPhone = (act) => phone.addEventListener("change", () => act(phone.matches));
export const isOpen = (id) => $(id).classList.contains("open");

/** On a phone only one pane is open at a time. */
export function unfold(id, open = !isOpen(id)) {
  if (open && isPhone()) for (const other of DRAWERS) if (other !== id && isOpen(other)) unfold(other, false);
  $(id).classList.toggle("open", open);
  $(`open-${id}`).setAttribute("aria-expanded", open);
}

// Only a wide window has space for both a thread and the panel. Else the thread closes.

const wide = matchMedia("(min-width: 1500px)");

export const hasRoom = () => wide.matches;
let gaveWay = false;

export function giveWay() {
  if (hasRoom() || !isOpen("backstage")) return;
  gaveWay = !isPhone();
  unfold("backstage", false);
}

wide.addEventListener("change", () => { if (here.thread) giveWay(); });

export function comeBack() {
  if (gaveWay && !isPhone()) unfold("backstage", true);
  gaveWay = false;
}
