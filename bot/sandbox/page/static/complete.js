// Suggestions while a person types: people and the app after @, and for a slash command its words and orders.
const MOST = 8;

/** Groups of options. `becomes` is the text in the composer after the option is chosen, with the caret at `caret`. */
export function suggestions(text, caret, snapshot, { offered }) {
  const people = mentions(text, caret, snapshot);
  if (people.length) return people;
  if (!offered || !text.startsWith("/") || text.includes("\n")) return [];
  const [name, ...words] = text.split(" ");
  const { commands, orders } = snapshot;
  const command = commands.find((each) => each.command === name);
  if (!words.length) return group("Commands", commands.filter((each) => each.command.startsWith(name)).map((each) => ({
    label: each.command, hint: each.usage_hint, says: each.description, becomes: `${each.command} `, isHalf: each.command !== text,
  })));
  return command ? behind(command, words.join(" ").replace(/^ +/, ""), orders) : [];
}

/** The app comes first. A name that is typed to its end is not suggested any more. */
function mentions(text, caret, { users, me, bot }) {
  const [, typed] = text.slice(0, caret).match(/(?:^|\s)@([\p{L}\d_ -]*)$/u) ?? [];
  if (typed === undefined) return [];
  const before = text.slice(0, caret - typed.length);
  const fits = Object.entries(users).filter(([id, user]) => id !== me && user.name !== "slackbot"
    && [user.real_name, user.name].some((name) => name.toLowerCase().startsWith(typed.toLowerCase()) && name.length > typed.length));
  return group("People and apps", fits.toSorted(([id], [other]) => (other === bot) - (id === bot)).map(([id, user]) => ({
    label: user.real_name, hint: id === bot ? "APP" : null, says: user.role, isHalf: true,
    becomes: `${before}${user.real_name} ${text.slice(caret).trimStart()}`, caret: before.length + user.real_name.length + 1,
  })));
}

function behind(command, typed, orders) {
  const [word, ...rest] = typed.split(" ");
  const known = command.subcommands.find((each) => each.word === word.toLowerCase());
  if (known && rest.length) return after(known, `${command.command} ${word}`, rest.join(" "), orders);
  const fits = rest.length ? [] : command.subcommands.filter((each) => each.word.startsWith(word.toLowerCase()));
  return [
    ...group("Words", fits.map((each) => ({
      label: each.word, hint: each.usage, says: each.says, becomes: `${command.command} ${each.word}${each.usage ? " " : ""}`,
    }))),
    ...ordersLike(typed, command.command, orders),
  ];
}

function after(known, before, typed, orders) {
  if (known.takes === "order") return ordersLike(typed, before, orders);
  const fits = known.takes.filter((words) => words.startsWith(typed.toLowerCase()) && words !== typed);
  return group("Words", fits.map((words) => ({ label: words, says: "", becomes: `${before} ${words}` })));
}

function ordersLike(typed, before, orders) {
  const sought = typed.trim().toLowerCase();
  if (orders.some((order) => order.id === typed.trim())) return [];
  const fits = orders.filter((order) => order.name.toLowerCase().includes(sought) || order.id.startsWith(sought));
  return group("Orders", fits.slice(0, MOST).map((order) => ({
    label: order.name, says: order.state, becomes: `${before} ${order.id}`,
  })));
}

const group = (name, options) => (options.length ? [{ name, options }] : []);
