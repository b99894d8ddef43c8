// Suggestions for a slash command: its subcommands, then the stand-in's orders by name.
const MOST = 8;

/** Groups of options. `becomes` is the text in the composer after the option is chosen. */
export function suggestions(text, { commands, orders }, { offered }) {
  if (!offered || !text.startsWith("/") || text.includes("\n")) return [];
  const [name, ...words] = text.split(" ");
  const command = commands.find((each) => each.command === name);
  if (!words.length) return group("Commands", commands.filter((each) => each.command.startsWith(name)).map((each) => ({
    label: each.command, hint: each.usage_hint, says: each.description, becomes: `${each.command} `,
  })));
  return command ? behind(command, words.join(" ").replace(/^ +/, ""), orders) : [];
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
