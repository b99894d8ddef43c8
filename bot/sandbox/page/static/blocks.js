// Block Kit as DOM nodes. An unknown block or element is shown as unknown, never left out.
import { h, toast } from "./dom.js";
import { menu } from "./menu.js";
import { emoji, formatDate, link, mrkdwn, plainText, user } from "./mrkdwn.js";

/** `context` has `users`, `channels`, `conversations`, `errors` by block_id, and `act(block_id, element, option)`. */
export const drawBlocks = (blocks, context) => blocks.map((block) => draw(BLOCKS, block, context, block));

function draw(table, part, context, block) {
  const known = table[part.type];
  return known ? known(part, context, block) : unknown(part.type, table === BLOCKS ? "block" : "element");
}

/** A box in place of an unknown block or element. The panel counts these boxes. */
const unknown = (type, kind) => h("span", { class: "unknown", "data-type": type }, `This page can't show the ${kind} “${type}”`);

const text = (part, context) => (part.type === "mrkdwn" ? mrkdwn(part.text, context) : plainText(part.text));

const BLOCKS = {
  header: (block) => h("h2", { class: "header" }, plainText(block.text.text)),
  divider: () => h("hr"),
  section: (block, context) =>
    h("div", { class: "section" },
      h("div", { class: "words" },
        block.text && h("div", {}, text(block.text, context)),
        block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, text(field, context))))),
      block.accessory && draw(ELEMENTS, block.accessory, context, block)),
  context: (block, context) =>
    h("div", { class: "context" }, block.elements.map((part) =>
      part.type === "image" ? picture(part) : h("span", {}, text(part, context)))),
  actions: (block, context) =>
    h("div", { class: "actions" }, block.elements.map((element) => draw(ELEMENTS, element, context, block))),
  image: (block) => h("figure", {}, block.title && h("figcaption", {}, plainText(block.title.text)), picture(block)),
  input: (block, context) => {
    const error = context.errors?.[block.block_id];
    return h("div", { class: "input" },
      h("label", { for: block.block_id }, plainText(block.label.text), block.optional && h("span", { class: "note" }, " (optional)")),
      draw(ELEMENTS, block.element, context, block),
      block.hint && h("p", { class: "note", id: `${block.block_id}-hint` }, plainText(block.hint.text)),
      error && h("p", { class: "error", role: "alert", id: `${block.block_id}-error` }, error));
  },
  rich_text: (block, context) => h("div", {}, block.elements.map((part) => draw(RICH, part, context, block))),
};

/** The IDs of an input's hint and error. null when it has none. */
const described = (block, context) =>
  [block.hint && `${block.block_id}-hint`, context.errors?.[block.block_id] && `${block.block_id}-error`].filter(Boolean).join(" ") || null;

/** An image of another host, or of a deleted file, as its alt text. */
const missing = (part) => h("span", { class: "picture", role: "img", "aria-label": part.alt_text }, `🖼 ${part.alt_text}`);

/** An uploaded file is on this host. */
function picture(part) {
  if (!part.slack_file?.id) return missing(part);
  const image = h("img", { class: "photo", src: `/files/${part.slack_file.id}`, alt: part.alt_text });
  image.addEventListener("error", () => image.replaceWith(missing(part)));
  return image;
}

const ELEMENTS = {
  image: picture,
  button: (element, context, block) =>
    h("button", {
      type: "button",
      class: `button ${element.style ?? ""}`,
      "aria-label": element.accessibility_label,
      onclick: () => {
        if (element.url) toast(`In Slack this opens ${element.url}`);
        context.act(block.block_id, element);
      },
    }, plainText(element.text.text)),
  overflow: (element, context, block) =>
    menu("More", "⋯", element.options.map((option) => [plainText(option.text.text), () => {
      if (option.url) toast(`In Slack this opens ${option.url}`);
      context.act(block.block_id, element, option);
    }])),
  plain_text_input: (element, context, block) => {
    const props = {
      id: block.block_id, name: block.block_id, maxlength: element.max_length, placeholder: element.placeholder?.text,
      required: !block.optional, "aria-describedby": described(block, context),
      autocomplete: "off",
    };
    const input = element.multiline ? h("textarea", { ...props, rows: 4 }) : h("input", { ...props, type: "text" });
    input.value = element.initial_value ?? "";
    return input;
  },
  static_select: (element, context, block) => {
    const chosen = element.initial_option?.value;
    const options = element.options.map((option) => h("option", { value: option.value, selected: option.value === chosen }, option.text.text));
    const inForm = block.type === "input";
    const choose = (event) => context.act(block.block_id, element, element.options[event.target.selectedIndex - 1]);
    return h("select", { id: block.block_id, name: inForm ? block.block_id : null, required: inForm && !block.optional, "aria-label": inForm ? null : element.placeholder?.text, "aria-describedby": inForm ? described(block, context) : null, onchange: inForm ? null : choose },
      h("option", { value: "" }, element.placeholder?.text ?? "Choose"), options);
  },
  checkboxes: (element, context, block) => choices("checkbox", element, element.initial_options ?? [], context, block),
  multi_conversations_select: (element, context, block) => {
    const options = offered(element.filter ?? {}, context.conversations).map((each) => option(each.id, `${each.is_private ? "🔒 " : "#"}${each.name}`));
    return choices("checkbox", { ...element, options }, (element.initial_conversations ?? []).map((value) => ({ value })), context, block);
  },
  users_select: (element, context, block) => {
    const options = Object.entries(context.users).map(([id, { real_name }]) => option(id, real_name));
    return ELEMENTS.static_select({ ...element, options, initial_option: { value: element.initial_user } }, context, block);
  },
  radio_buttons: (element, context, block) => choices("radio", element, [element.initial_option].filter(Boolean), context, block),
};

const option = (value, words) => ({ value, text: { type: "plain_text", text: words } });

/** The conversations that pass the filter of a menu. */
const offered = ({ include, exclude_external_shared_channels: own }, conversations) =>
  conversations.filter((each) => !each.is_archived && !(own && each.is_ext_shared)
    && (!include || include.includes(each.is_im ? "im" : each.is_private ? "private" : "public")));

function choices(type, element, initial, context, block) {
  const chosen = new Set(initial.map((option) => option.value));
  return h("div", { class: "choices", role: "group", "aria-label": block.label?.text ?? "Choices" }, element.options.map((option) =>
    h("label", {}, h("input", { type, name: block.block_id, value: option.value, checked: chosen.has(option.value),
      onchange: block.type === "input" ? null : () => context.act(block.block_id, element, option) }),
      " ", text(option.text, context), option.description && h("span", { class: "note" }, " ", text(option.description, context)))));
}

const RICH = {
  rich_text_section: (part, context) => h("p", {}, part.elements.map((leaf) => styled(leaf, context))),
  rich_text_quote: (part, context) => h("blockquote", {}, part.elements.map((leaf) => styled(leaf, context))),
  rich_text_preformatted: (part, context) => h("pre", {}, part.elements.map((leaf) => styled(leaf, context))),
  rich_text_list: (part, context, block) =>
    h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}`, start: (part.offset ?? 0) + 1 },
      part.elements.map((item) => h("li", {}, draw(RICH, item, context, block)))),
};

const LEAVES = {
  text: (leaf) => leaf.text,
  link: (leaf) => link(leaf.url, leaf.text ?? leaf.url),
  user: (leaf, context) => user(leaf.user_id, context),
  channel: (leaf, context) => h("span", { class: "mention" }, `#${context.channels[leaf.channel_id] ?? "private"}`),
  emoji: (leaf) => emoji(leaf.name),
  date: (leaf) => h("time", { title: leaf.fallback }, formatDate(leaf.timestamp, leaf.format) ?? leaf.fallback),
  broadcast: (leaf) => h("span", { class: "mention loud" }, `@${leaf.range}`),
};

function styled(leaf, context) {
  let node = LEAVES[leaf.type]?.(leaf, context) ?? unknown(leaf.type, "element");
  for (const [style, tag] of [["code", "code"], ["strike", "s"], ["italic", "i"], ["bold", "b"]]) {
    if (leaf.style?.[style]) node = h(tag, {}, node);
  }
  return node;
}

/** The values in the inputs of a form, by block_id. */
export function filled(form) {
  const values = {};
  for (const field of form.querySelectorAll("[name]")) {
    if (field.type === "radio") values[field.name] = field.checked ? field.value : values[field.name] ?? "";
    else if (field.type !== "checkbox") values[field.name] = field.value;
    else values[field.name] = [...(values[field.name] ?? []), ...(field.checked ? [field.value] : [])];
  }
  return values;
}
