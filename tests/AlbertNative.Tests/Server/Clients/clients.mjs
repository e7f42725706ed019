// The clients of OpenAI and of Hugging Face, unmodified, against a server at process.argv[2]; prints "ok" where all is as expected.
import assert from "node:assert";
import OpenAI from "openai";
import { InferenceClient } from "@huggingface/inference";

const base = process.argv[2];
const openai = new OpenAI({ apiKey: "none", baseURL: `${base}/v1`, maxRetries: 0 });

const vectors = await openai.embeddings.create({ model: "nano", input: ["the king", "شاه"] });
assert.equal(vectors.data.length, 2);
assert.equal(vectors.data[0].embedding.length, 192);
const numbers = await openai.embeddings.create({ model: "nano", input: "the king", encoding_format: "float" });
assert.deepEqual(numbers.data[0].embedding.map(Math.fround), vectors.data[0].embedding.map(Math.fround));
await assert.rejects(openai.embeddings.create({ model: "other", input: "a" }), (e) => e.status === 404 && /no model of this name is served/.test(e.message));
await assert.rejects(
  openai.embeddings.create({ model: "nano", input: "hill ".repeat(600) }),
  (e) => e.status === 400 && e.code === "context_length_exceeded" && /the model takes at most/.test(e.message));
await assert.rejects(openai.embeddings.create({ model: "nano", input: [] }), (e) => /`input` cannot be empty/.test(e.message));
assert.deepEqual((await openai.models.list()).data.map((model) => model.id), ["nano", "tagger"]);

const at = (path) => new InferenceClient(undefined).endpoint(`${base}/models/${path}`);
const filled = await at("nano").fillMask({ inputs: "The king of [MASK] went up to Jerusalem." });
assert.equal(filled.length, 5);
assert.ok(filled[0].sequence.length > 0);
const entities = await at("tagger").tokenClassification({ inputs: "شاه به تهران رفت" });
assert.ok(entities.length > 0 && entities.every((entity) => typeof entity.entity_group === "string"));
const vector = await at("nano/pipeline/feature-extraction").featureExtraction({ inputs: "the king" });
assert.equal(vector.length, 192);
const scores = await at("nano/pipeline/sentence-similarity").sentenceSimilarity({ inputs: { source_sentence: "a", sentences: ["a", "b"] } });
assert.equal(scores.length, 2);
await assert.rejects(
  at("nano/pipeline/fill-mask").fillMask({ inputs: "no mask" }),
  (e) => /\[MASK\]/.test(e.message + JSON.stringify(e.httpResponse?.body ?? "")));
console.log("ok");
