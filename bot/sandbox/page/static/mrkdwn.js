// Slack's mrkdwn as DOM nodes.
import { h, toast } from "./dom.js";
import { now } from "./state.js";

const EMOJI = {
  arrows_counterclockwise: "🔄", bell: "🔔", bulb: "💡", calendar: "📅", camera: "📷", chart_with_upwards_trend: "📈",
  double_vertical_bar: "⏸️", eyes: "👀", frame_with_picture: "🖼️", gear: "⚙️", grey_question: "❔", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  house: "🏠", information_source: "ℹ️", key: "🔑", link: "🔗", lock: "🔒", mag: "🔍", memo: "📝", no_bell: "🔕",
  no_entry: "⛔", package: "📦", pencil2: "✏️", point_right: "👉", question: "❓", rotating_light: "🚨", smile: "😄",
  speech_balloon: "💬", stopwatch: "⏱️", tada: "🎉", thumbsup: "👍", "+1": "👍", warning: "⚠️", wastebasket: "🗑️",
  wave: "👋", white_check_mark: "✅", x: "❌", zap: "⚡",
};

const INLINE = new RegExp([
  "<(?<entity>[^<>\\n]+)>",
  "`(?<code>[^`\\n]+)`",
  "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
  "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
  "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
  ":(?<emoji>[a-z0-9_+-]+):",
].join("|"), "g");

/** Slack has only these three entities. */
export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export const emoji = (name) =>
  name in EMOJI ? h("span", { role: "img", "aria-label": name.replaceAll("_", " "), class: "emoji" }, EMOJI[name]) : `:${name}:`;

/** Text with no mark-up but :emoji:, as in plain_text objects. */
export function plainText(text) {
  return text.split(/:([a-z0-9_+-]+):/).map((part, at) => (at % 2 ? emoji(part) : part));
}

/** `names` has the users and channels by id. */
export function mrkdwn(text, names) {
  return text.split("```").map((part, at) =>
    at % 2 ? h("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))) : lines(part, names));
}

function lines(text, names) {
  const nodes = [];
  for (const [at, line] of text.split("\n").entries()) {
    const quoted = line.match(/^(?:>|&gt;) ?(.*)$/);
    if (quoted) nodes.push(h("blockquote", {}, inline(quoted[1], names)));
    else nodes.push(at && !(nodes.at(-1) instanceof HTMLQuoteElement) ? h("br") : null, ...inline(line, names));
  }
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(unescape(text.slice(at, match.index)), span(match, names));
    at = match.index + match[0].length;
  }
  return [...nodes, unescape(text.slice(at))];
}

function span({ groups }, names) {
  if (groups.entity) return entity(groups.entity, names);
  if (groups.code) return h("code", {}, unescape(groups.code));
  if (groups.bold) return h("b", {}, inline(groups.bold, names));
  if (groups.italic) return h("i", {}, inline(groups.italic, names));
  if (groups.strike) return h("s", {}, inline(groups.strike, names));
  return emoji(groups.emoji);
}

function entity(body, names) {
  const [, head, label] = body.match(/^([^|]*)\|?(.*)$/s);
  if (head.startsWith("@")) return user(head.slice(1), names);
  if (head.startsWith("#")) return h("span", { class: "mention" }, `#${names.channels[head.slice(1)] ?? label ?? "private"}`);
  if (head.startsWith("!date^")) return date(head.slice("!date^".length), unescape(label));
  if (head.startsWith("!")) return h("span", { class: "mention loud" }, `@${label || head.slice(1)}`);
  return link(unescape(head), plainText(unescape(label || head)));
}

/** People have short names here, and the app has its full one. */
export function user(id, { users }) {
  const found = users[id];
  return h("span", { class: "mention" }, `@${(found?.is_bot ? found.real_name : found?.name) ?? id}`);
}

/** No link in the sandbox leaves this machine. A link to a message on this page opens that message. */
export function link(url, label) {
  const note = () => document.dispatchEvent(new CustomEvent("follow", { detail: url, cancelable: true })) && toast(`In Slack this opens ${url}`);
  return h("a", { role: "link", tabindex: "0", title: url, onclick: note, onkeydown: (event) => event.key === "Enter" && note() }, label);
}

function date(spec, fallback) {
  const [epoch, format, url] = spec.split("^");
  const text = formatDate(Number(epoch), format) ?? fallback;
  return h("time", { title: fallback }, url ? link(url, text) : text);
}

/** A date in the reader's time zone. null when it is not valid: then the fallback is shown, as in Slack. */
export function formatDate(epoch, format) {
  const day = new Date(epoch * 1000);
  if (Number.isNaN(day.getTime()) || !format) return null;
  return format.replace(/\{(\w+)\}/g, (token, name) => DATES[name]?.(day) ?? token);
}

const local = (options) => (day) => day.toLocaleString("en", options);
/** A time in the reader's own format, with or without AM and PM, like the times beside the names. */
const clock = (options) => (day) => day.toLocaleTimeString([], options);
const pretty = (plain) => (day) => nearDay(day) ?? plain(day);
const long = local({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const medium = local({ month: "long", day: "numeric", year: "numeric" });
const short = local({ month: "short", day: "numeric", year: "numeric" });
const DATES = {
  date: medium, date_pretty: pretty(medium), date_long: long, date_long_pretty: pretty(long),
  date_short: short, date_short_pretty: pretty(short), date_num: (day) => day.toLocaleDateString("sv"),
  time: clock({ hour: "numeric", minute: "2-digit" }), time_secs: clock({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (day) => new Intl.RelativeTimeFormat("en").format(-Math.round((now() - day) / 60000), "minute"),
};

function nearDay(day) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(day) - midnight(now())) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}
