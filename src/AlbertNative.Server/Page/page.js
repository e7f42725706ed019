import { digits, element } from "./element.js";
import { showFigures } from "./figures.js";
import { ask, get, Refusal, useKey } from "./server.js";
import { tasks } from "./tasks.js";

const part = (id) => document.getElementById(id);
const form = part("form");
const result = part("result");

let task;
let models = [];
let chosen;
let running;
let listing;
let nextListing;
const written = new Map(tasks.map((each) => [each, {}]));

part("tasks").append(...tasks.map((each) => element("a", { href: `#${each.route}` }, each.name)));
addEventListener("hashchange", () => open(named() ?? task));
form.addEventListener("submit", submit);
part("key").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(part("key-text").value);
  loadModels();
});
open(named() ?? tasks[0]);
loadModels();
showFigures();

/** The task that the address names; it may also name a part of the page. */
function named() {
  return tasks.find((each) => `#${each.route}` === location.hash);
}

/** Shows a task, if it is not shown already. */
function open(wanted) {
  if (wanted === task)
    return;
  task = wanted;
  for (const link of part("tasks").children) {
    if (link.hash === `#${task.route}`)
      link.setAttribute("aria-current", "page");
    else
      link.removeAttribute("aria-current");
  }
  document.title = `${task.title} · albert-serve`;
  part("title").textContent = task.title;
  part("lead").textContent = task.lead;
  running?.abort();
  clear();
  fill();
}

/** Lists the models, and again later: they come one after another, and may be exchanged while the page is open. */
async function loadModels() {
  clearTimeout(nextListing);
  try {
    const answer = await get("v1/models");
    nextListing = setTimeout(loadModels, 2000);
    if (answer === listing)
      return;
    listing = answer;
    models = JSON.parse(answer).data;
    part("key").hidden = true;
    complain("");
    say(models.length === 0 ? "The models are being loaded." : "");
  } catch (error) {
    if (!(error instanceof Refusal))
      throw error;
    listing = undefined;
    part("key").hidden = error.status !== 401;
    complain(error.status === 401 && part("key-text").value === "" ? "" : error.message);
    if (error.status === 401)
      part("key-text").focus();
    else
      nextListing = setTimeout(loadModels, 5000);
  }
  part("models").replaceChildren(...models.map((model) => element("li", {}, model.id, element("small", {}, model.tasks.join(", ")))));
  // What is being written stays, and so does the place in it.
  const { id, selectionStart, selectionEnd } = document.activeElement;
  Object.assign(written.get(task), valuesOf(form));
  fill();
  const field = form.contains(part(id)) ? part(id) : undefined;
  field?.focus();
  if (typeof selectionStart === "number")
    field?.setSelectionRange(selectionStart, selectionEnd);
}

/** Puts the task's form together, with what was written into it before. */
function fill() {
  const able = models.filter((model) => !task.needs || model.tasks.includes(task.needs));
  if (models.length === 0 || able.length === 0) {
    form.replaceChildren(...(models.length === 0 ? [] : [element("p", { class: "notice" },
      "None of the served models can do this: it takes one for ", element("code", {}, task.needs), ".")]));
    return;
  }
  const model = element("select", { id: "model", name: "model" }, ...able.map(({ id }) => element("option", { selected: id === chosen }, id)));
  const small = task.fields.filter((field) => field.number || field.choices);
  form.replaceChildren(
    examples(),
    ...task.fields.filter((field) => !small.includes(field)).map(fieldOf),
    element("div", { class: "row" }, labelled("Model", model), ...small.map(fieldOf), element("button", {}, task.name)));
  form.onchange = () => {
    chosen = model.value;
    Object.assign(written.get(task), valuesOf(form));
  };
}

function examples() {
  return element("div", { class: "examples", role: "group", "aria-label": "Examples" }, "Examples", ...task.examples.map(({ label, language, values }) => {
    const button = element("button", { type: "button", lang: language }, label);
    button.addEventListener("click", () => {
      Object.assign(written.get(task), values);
      fill();
      form.querySelector("textarea, input").focus();
    });
    return button;
  }));
}

function fieldOf(field) {
  const value = written.get(task)[field.name];
  const attributes = { id: field.name, name: field.name, required: !field.isOptional };
  if (field.choices) {
    return labelled(field.label, element("select", attributes,
      ...Object.entries(field.choices).map(([key, words]) => element("option", { value: key, selected: key === value }, words))));
  }
  if (field.number)
    return labelled(field.label, element("input", { ...attributes, type: "number", min: 1, max: field.most, value: value ?? field.number }));
  const box = field.lines
    ? element("textarea", { ...attributes, rows: field.lines, dir: "auto", spellcheck: "false" })
    : element("input", { ...attributes, type: "text", dir: "auto", autocomplete: "off", spellcheck: "false" });
  box.value = value ?? "";
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
      form.requestSubmit();
  });
  return labelled(field.label, box, field.hint);
}

function labelled(words, control, hint) {
  const label = element("label", { for: control.id }, words, hint && element("small", {}, ` ${hint}`));
  return element("div", { class: "field" }, label, control);
}

function valuesOf(filled) {
  return Object.fromEntries([...new FormData(filled)].filter(([name]) => name !== "model"));
}

async function submit(event) {
  event.preventDefault();
  const asked = task;
  const values = valuesOf(form);
  Object.assign(written.get(asked), values);
  running?.abort();
  const own = running = new AbortController();
  complain("");
  say("Computing …");
  result.setAttribute("aria-busy", "true");
  try {
    const body = { model: form.elements.model.value, ...asked.request(values) };
    const answer = await ask(`api/${asked.route}`, body, own.signal);
    result.replaceChildren(...asked.show(answer.results, body), requestOf(asked, body));
    say(costOf(answer));
  } catch (error) {
    if (own.signal.aborted)
      return;
    clear();
    complain(error.message);
    if (error.status === 401) {
      part("key").hidden = false;
      part("key-text").focus();
    }
  } finally {
    if (own === running)
      result.removeAttribute("aria-busy");
  }
}

function costOf({ model, usage, timing }) {
  const cut = usage.truncated > 0 ? `, ${usage.truncated} cut` : "";
  const computed = timing.compute_ms > 0 ? ` · ${digits(timing.queue_ms, 1)} ms waited · ${digits(timing.compute_ms, 1)} ms computed` : "";
  return `${model} · ${digits(usage.tokens)} tokens${cut}${computed}`;
}

/** The same request for a terminal. */
function requestOf({ route }, body) {
  const json = JSON.stringify(body).replaceAll("'", "'\\''");
  const line = `curl ${new URL(`api/${route}`, document.baseURI)} \\\n  -H 'content-type: application/json' \\\n  -d '${json}'`;
  return element("details", {}, element("summary", {}, "The same request from a terminal"), element("pre", {}, line));
}

function clear() {
  result.replaceChildren();
  result.removeAttribute("aria-busy");
  say("");
  complain("");
}

function say(words) {
  part("status").textContent = words;
}

function complain(words) {
  part("error").textContent = words;
}
