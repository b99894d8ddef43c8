// The app's Home tab: one view for each person, drawn again when the app publishes another.
import { drawBlocks, filled } from "./blocks.js";
import { h, keyed } from "./dom.js";
import { confirmed } from "./modal.js";

export function drawHome(box, view, names, ask) {
  keyed(box, [view ?? { id: "" }], (item) => item.id, (item) => (item.id ? shown(item, names, ask) :
    h("p", { class: "note" }, "Nothing here yet.")));
}

function shown(view, names, ask) {
  const act = async (block_id, element, option) => {
    if (element.confirm && !(await confirmed(element.confirm, names))) return;
    ask("click", { view: view.id, block_id, action_id: element.action_id, option, filled: filled(node) });
  };
  const node = h("div", { class: "content" },
    drawBlocks(view.blocks, { ...names, act }),
    view.warning && h("p", { class: "error", role: "alert" }, `⚠ Slack couldn't reach the app: ${view.warning}`));
  return node;
}
