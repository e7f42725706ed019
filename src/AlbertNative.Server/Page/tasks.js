import { digits, element, withShare } from "./element.js";

const mostCompared = 20;
const hues = 6;

/**
 * What can be tried: the route, the task that a model must have, the fields of the form, examples for them, how their values
 * become a request, and how its result is shown.
 */
export const tasks = [
  {
    route: "embed",
    needs: "feature-extraction",
    name: "Compare",
    title: "Compare texts",
    lead: "How near texts are to each other: the cosines of their vectors, 1 for the same meaning.",
    fields: [{ name: "texts", label: "Texts", hint: "one a line", lines: 4 }],
    examples: [
      { label: "English", values: { texts: "The king of Judah went up to Jerusalem.\nThe ruler travelled to the city.\nA machine that sews cloth." } },
      { label: "فارسی", language: "fa", values: { texts: "شاه به تهران رفت\nپادشاه به شهر آمد\nهوا امروز سرد است" } },
    ],
    request({ texts }) {
      const inputs = texts.split("\n").map((text) => text.trim()).filter((text) => text !== "");
      if (inputs.length > mostCompared)
        throw new Error(`This page compares at most ${mostCompared} texts; these are ${inputs.length}.`);
      return { inputs };
    },
    show(results, { inputs }) {
      const vectors = results.map((result) => result.embedding);
      const head = element("tr", {}, element("td"), ...inputs.map((_, i) => element("th", { scope: "col" }, `${i + 1}`)));
      const rows = inputs.map((text, i) => element("tr", {},
        element("th", { scope: "row", dir: "auto" }, element("span", { class: "place" }, `${i + 1}`), text),
        ...vectors.map((other) => {
          const cosine = dot(vectors[i], other);
          return withShare(element("td", {}, digits(cosine, 2)), cosine);
        })));
      return [
        element("div", { class: "scroll" },
          element("table", { class: "matrix" }, element("thead", {}, head), element("tbody", {}, ...rows))),
        element("p", {}, `Each text is a vector of ${digits(vectors[0].length)} numbers.`),
      ];
    },
  },
  {
    route: "fill-mask",
    needs: "fill-mask",
    name: "Fill a mask",
    title: "Fill a mask",
    lead: "Which words fit in the place of [MASK]. There may be several.",
    fields: [
      { name: "text", label: "Text", lines: 2 },
      { name: "count", label: "Words", number: 5, most: 50 },
    ],
    examples: [
      { label: "English", values: { text: "The king of [MASK] went up to Jerusalem." } },
      { label: "فارسی", language: "fa", values: { text: "تهران پایتخت [MASK] است" } },
    ],
    request: ({ text, count }) => ({ inputs: [text], options: { top_k: Number(count) } }),
    show: ([{ masks }]) => masks.map((fills, i) => element("div", { class: "mask" },
      masks.length > 1 ? element("p", { class: "label" }, `Mask ${i + 1}`) : undefined,
      bars(fills.map((fill) => ({ name: fill.token_str, score: fill.score }))))),
  },
  {
    route: "tag",
    needs: "token-classification",
    name: "Tag",
    title: "Tag words",
    lead: "Names, places, parts of speech: whatever the model was trained to find.",
    fields: [
      { name: "text", label: "Text", lines: 3 },
      {
        name: "aggregation", label: "Pieces of a word", choices: {
          first: "the first one's label", average: "their average", max: "the surest one's label", simple: "joined where labels agree", none: "each by itself",
        },
      },
    ],
    examples: [
      { label: "فارسی", language: "fa", values: { text: "شاه به تهران رفت و با وزیران خود سخن گفت" } },
      { label: "English", values: { text: "The king of Judah went up to Jerusalem with his servants." } },
    ],
    request: ({ text, aggregation }) => ({ inputs: [text], options: { aggregation }, offsets: "utf16" }),
    show([{ entities }], { inputs: [text] }) {
      if (entities.length === 0)
        return [element("p", {}, "Nothing was found.")];
      const labelOf = (entity) => entity.entity_group ?? entity.entity;
      const labels = [...new Set(entities.map(labelOf))];
      const spans = entities.map((entity) => ({ ...entity, label: labelOf(entity), hue: labels.indexOf(labelOf(entity)) % hues }));
      const rows = spans.map((entity) => element("tr", {},
        element("td", { dir: "auto" }, text.slice(entity.start, entity.end).trim()), element("td", {}, entity.label), element("td", { class: "number" }, digits(entity.score, 3))));
      const head = element("tr", {}, ...["Words", "Label", "Score"].map((name) => element("th", { scope: "col" }, name)));
      return [
        marked(text, spans),
        element("details", {}, element("summary", {}, "As a table"),
          element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)))),
      ];
    },
  },
  {
    route: "answer",
    needs: "question-answering",
    name: "Answer",
    title: "Answer a question",
    lead: "The words of a text that answer a question about it. The text may be long.",
    fields: [
      { name: "question", label: "Question" },
      { name: "context", label: "Text", lines: 6 },
      { name: "count", label: "Answers", number: 3, most: 20 },
    ],
    examples: [
      {
        label: "English",
        values: {
          question: "Where did the king go?",
          context: "In the third year the king of Judah gathered his servants and went up to Jerusalem, and he dwelt there seven years.",
        },
      },
      {
        label: "فارسی",
        language: "fa",
        values: { question: "شاه به کجا رفت؟", context: "در سال سوم شاه با وزیران خود به تهران رفت و هفت سال آنجا ماند." },
      },
    ],
    request: ({ question, context, count }) => ({ inputs: [{ question, context }], options: { top_k: Number(count) }, offsets: "utf16" }),
    show([{ answers }], { inputs: [{ context }] }) {
      const found = answers.filter((answer) => answer.end > answer.start);
      if (found.length === 0)
        return [element("p", {}, "The text has no answer.")];
      return [
        marked(context, [{ ...found[0], hue: 0 }]),
        bars(found.map((answer) => ({ name: answer.answer, score: answer.score }))),
      ];
    },
  },
  {
    route: "classify",
    needs: "text-classification",
    name: "Classify",
    title: "Classify a text",
    lead: "Which of the model's labels a text has, or a pair of texts.",
    fields: [
      { name: "text", label: "Text", lines: 3 },
      { name: "pair", label: "Second text", hint: "for models that judge pairs", isOptional: true },
    ],
    examples: [
      { label: "English", values: { text: "The servants rejoiced, and the city was glad." } },
      { label: "فارسی", language: "fa", values: { text: "از دیدن این شهر بسیار شاد شدم" } },
    ],
    request: ({ text, pair }) => ({ inputs: [pair ? { text, pair } : text] }),
    show: ([{ labels }]) => [bars(labels.map((label) => ({ name: label.label, score: label.score })))],
  },
  {
    route: "tokenize",
    needs: undefined,
    name: "Tokens",
    title: "See the tokens",
    lead: "The pieces that the model reads a text as, and their numbers.",
    fields: [{ name: "text", label: "Text", lines: 3 }],
    examples: [
      { label: "English", values: { text: "Unbelievable: 3 kings!" } },
      { label: "فارسی", language: "fa", values: { text: "می‌خواهم به تهران بروم" } },
    ],
    request: ({ text }) => ({ inputs: [text] }),
    show: ([{ tokens, ids }]) => [
      element("ol", { class: "tokens" }, ...tokens.map((token, i) => element("li", {}, element("bdi", {}, token), element("small", {}, `${ids[i]}`)))),
    ],
  },
];

function dot(one, other) {
  return one.reduce((sum, number, i) => sum + number * other[i], 0);
}

function bars(items) {
  return element("ul", { class: "bars" }, ...items.map(({ name, score }) => element("li", {},
    element("bdi", {}, name),
    element("span", { class: "bar", "aria-hidden": "true" }, withShare(element("i"), score)),
    element("span", { class: "number" }, `${digits(100 * score, 1)} %`))));
}

/** A text with some of its spans marked; their offsets are JavaScript's own, and they do not overlap. */
function marked(text, spans) {
  const shown = element("p", { class: "text", dir: "auto" });
  let at = 0;
  for (const { start, end, hue, label } of spans.toSorted((a, b) => a.start - b.start)) {
    // A span may begin with the space before its word.
    const words = text.slice(start, end).trim();
    const from = text.indexOf(words, start);
    if (start < at || words === "")
      continue;
    shown.append(text.slice(at, from), element("mark", { "data-hue": `${hue}` }, words, ...(label ? ["\u00a0", element("bdi", {}, label)] : [])));
    at = from + words.length;
  }
  shown.append(text.slice(at));
  return shown;
}
