/** A refusal of the server's, in its own words. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let key = "";

/** From now on requests bring this key. It is kept nowhere else, and gone when the page is. */
export function useKey(text) {
  key = text;
}

/** The text of an answer. Addresses are relative to the page's own, wherever a proxy has put that. */
export async function get(path) {
  return (await send(path, {})).text();
}

/** A task's answer. */
export async function ask(path, body, signal) {
  const answer = await send(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal });
  return answer.json();
}

async function send(path, request) {
  const headers = { ...request.headers, ...(key && { authorization: `Bearer ${key}` }) };
  let answer;
  try {
    answer = await fetch(path, { ...request, headers, cache: "no-store" });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Refusal(0, "The server does not answer.");
  }
  if (answer.ok)
    return answer;
  const seconds = answer.headers.get("retry-after");
  const again = seconds ? ` Try again in ${seconds} s.` : "";
  throw new Refusal(answer.status, `${sentence(await reasonOf(answer))} (${answer.status})${again}`);
}

async function reasonOf(answer) {
  try {
    const { error } = await answer.json();
    return error.message ?? error;
  } catch {
    return answer.statusText || "the server gave no reason";
  }
}

function sentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
