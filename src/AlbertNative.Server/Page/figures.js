import { digits, drawn, element } from "./element.js";
import { get, Refusal } from "./server.js";

const period = 2000;
const most = 60;
const place = document.getElementById("figures");
const note = document.getElementById("figures-note");

const history = [];
let last;

/** Shows what the server measures of itself, for as long as the page is looked at. */
export function showFigures() {
  update();
  setInterval(() => document.hidden || update(), period);
}

async function update() {
  try {
    const now = read(await get("metrics"));
    const rates = last && { tokens: rate(now, last, "tokens"), requests: rate(now, last, "requests") };
    last = now;
    if (rates) {
      history.push(rates.tokens);
      history.splice(0, history.length - most);
    }
    place.replaceChildren(
      figure("Wait of a new request", `${digits(now.wait, 2)} s`),
      figure("In the queue", `${digits(now.queued)} tokens`),
      figure("Requests", rates ? `${digits(rates.requests, 1)} / s` : "…"),
      figure("Throughput", rates ? `${digits(rates.tokens)} tokens / s` : "…"),
      curve());
    note.textContent = "";
  } catch (error) {
    if (!(error instanceof Refusal))
      throw error;
    last = undefined;
    place.replaceChildren();
    note.textContent = error.status === 401 || error.status === 403 ? "The server shows its figures to those who have a key." : error.message;
  }
}

function read(exposition) {
  return {
    time: performance.now(),
    wait: sum(exposition, "albertnative_queue_wait_seconds"),
    queued: sum(exposition, "albertnative_queue_tokens"),
    tokens: sum(exposition, "albertnative_tokens_total"),
    requests: sum(exposition, "albertnative_requests_total"),
  };
}

/** The sum of a metric's series, in Prometheus's text. */
function sum(exposition, name) {
  return exposition.split("\n")
    .filter((line) => line.startsWith(name) && (line[name.length] === "{" || line[name.length] === " "))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf("}") + 1 || name.length).trim().split(" ")[0]), 0);
}

// A server that was started anew counts from 0.
function rate(now, before, name) {
  return Math.max(0, now[name] - before[name]) / ((now.time - before.time) / 1000);
}

function figure(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

/** Throughput over the last two minutes; what it says is written above it. */
function curve() {
  const highest = Math.max(...history, 1);
  const first = most - history.length;
  const points = history.map((tokens, i) => `${first + i},${(30 - 28 * tokens / highest).toFixed(2)}`).join(" ");
  return drawn("svg", { viewBox: `0 0 ${most - 1} 31`, preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("path", { d: history.length > 1 ? `M${first},31 L${points} L${most - 1},31` : "" }),
    drawn("polyline", { points }));
}
