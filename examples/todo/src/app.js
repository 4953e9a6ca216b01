import CozyClient, { Q } from "cozy-client";
import { RealtimePlugin } from "cozy-realtime";

const TODOS = "io.cozy.todos";
const WORDS = {
  en: { what: "What is to be done?", add: "Add", none: "Nothing to do.", remove: "Remove", failed: "That did not work: try again." },
  fr: { what: "Qu’y a-t-il à faire ?", add: "Ajouter", none: "Rien à faire.", remove: "Retirer", failed: "Cela n’a pas marché : réessayez." },
};

// The home puts what an app needs into its page: a token, the home's address, the owner's language.
const root = document.querySelector("#app");
const { locale } = JSON.parse(root.dataset.cozy);
const words = WORDS[locale] ?? WORDS.en;
const client = CozyClient.fromDOM({ schema: { todos: { doctype: TODOS } } }, "#app");

client.registerPlugin(RealtimePlugin);

const query = Q(TODOS).where({ created_at: { $gt: null } }).indexFields(["created_at"]).sortBy([{ created_at: "asc" }]).limitBy(1000);
const all = () => client.query(query);
const add = (text) => client.create(TODOS, { text, done: false, created_at: new Date().toISOString() });
const tick = (todo, done) => client.save({ ...todo, done });
const remove = (todo) => client.destroy(todo);

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const input = element("input", { type: "text", name: "text", required: true, maxLength: 500, placeholder: words.what, ariaLabel: words.what });
const form = element("form", {}, input, element("button", {}, words.add));
const list = element("ul");
const status = element("p", { role: "status" });
root.append(form, list, status);

function row(todo) {
  const box = element("input", { type: "checkbox", checked: todo.done, onchange: () => after(() => tick(todo, box.checked)) });
  const gone = element("button", { ariaLabel: `${words.remove}: ${todo.text}`, onclick: () => after(() => remove(todo)) }, "×");
  return element("li", {}, element("label", {}, box, ` ${todo.text}`), gone);
}

async function show() {
  const { data } = await all();
  list.replaceChildren(...data.map(row));
  status.textContent = data.length ? "" : words.none;
}

// Change something in the home, then show what is there now.
async function after(change) {
  try {
    await change();
    await show();
  } catch (error) {
    console.error(error);
    status.textContent = words.failed;
  }
}

form.onsubmit = (event) => {
  event.preventDefault();
  const text = input.value.trim();
  input.value = "";
  if (text) after(() => add(text));
};

// What another window, or another device, changes is shown at once.
for (const event of ["created", "updated", "deleted"]) client.plugins.realtime.subscribe(event, TODOS, () => after(() => {}));

after(() => {});
