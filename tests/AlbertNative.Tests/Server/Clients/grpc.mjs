// gRPC's client for Node, unmodified: process.argv has the server's address over HTTP, that of gRPC, and the folder of the messages. Prints
// "ok" where all is as expected.
import assert from "node:assert";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const [, , http, address, folder] = process.argv;
const load = (file) => grpc.loadPackageDefinition(loader.loadSync(`${folder}/${file}`, { keepCase: true, longs: Number, defaults: true, oneofs: true }));
const { tei } = load("tei.proto");
const { inference } = load("inference.proto");
const insecure = grpc.credentials.createInsecure();

const clientOf = (service) => new service(address, insecure);
const call = (client, name, request, metadata = new grpc.Metadata()) => new Promise((resolve, reject) => {
  let initial;
  const pending = client[name](request, metadata, (error, response) => (error ? reject(error) : resolve({ response, initial })));
  pending.on("metadata", (received) => { initial = received.getMap(); });
});
const stream = (client, name, requests) => new Promise((resolve, reject) => {
  const answers = [];
  const duplex = client[name]();
  duplex.on("data", (answer) => answers.push(answer));
  duplex.on("end", () => resolve(answers));
  duplex.on("error", reject);
  requests.forEach((request) => duplex.write(request));
  duplex.end();
});
const post = async (path, body) => (await fetch(http + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
const floats = (bytes) => Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
const rounded = (numbers) => numbers.map(Math.fround);

// text-embeddings-inference's services.
const embed = clientOf(tei.v1.Embed);
const { response: one, initial } = await call(embed, "Embed", { inputs: "the king", normalize: true });
const [vector] = await post("/embed", { inputs: "the king" });
assert.deepEqual(rounded(one.embeddings), rounded(vector));
assert.equal(one.metadata.compute_tokens, 4);
assert.equal(initial["x-model"], "nano");
assert.equal(initial["x-compute-tokens"], "4");
const streamed = await stream(embed, "EmbedStream", ["the king", "شاه", "a"].map((inputs) => ({ inputs, normalize: true })));
assert.equal(streamed.length, 3);
assert.deepEqual(streamed[0].embeddings, one.embeddings);
assert.equal((await call(embed, "EmbedAll", { inputs: "the king" })).response.token_embeddings.length, 4);
assert.equal((await call(clientOf(tei.v1.Info), "Info", {})).response.model_type, 0);
const tokenize = clientOf(tei.v1.Tokenize);
const { response: tokens } = await call(tokenize, "Tokenize", { inputs: "شاه", add_special_tokens: true });
assert.deepEqual([tokens.tokens[0].special, tokens.tokens[1].start, tokens.tokens[1].stop], [true, 0, 6]);
assert.equal((await call(tokenize, "Decode", { ids: tokens.tokens.map((token) => token.id), skip_special_tokens: true })).response.text, "شاه");
const ranker = new grpc.Metadata();
ranker.set("x-model", "ranker");
const { response: ranks } = await call(clientOf(tei.v1.Rerank), "Rerank", { query: "a", texts: ["b", "c"], return_text: true }, ranker);
assert.deepEqual(ranks.ranks.map((rank) => rank.index).sort(), [0, 1]);
assert.equal((await call(clientOf(tei.v1.Predict), "Predict", { inputs: "a" }, ranker)).response.predictions.length, 1);
const fails = (promise, code, message) => assert.rejects(promise, (e) => e.code === code && message.test(e.details));
await fails(call(embed, "Embed", { inputs: "" }), grpc.status.INVALID_ARGUMENT, /cannot be empty/);
await fails(call(embed, "Embed", { inputs: "hill ".repeat(600) }), grpc.status.INVALID_ARGUMENT, /the model takes at most/);
await fails(call(clientOf(tei.v1.Predict), "Predict", { inputs: "a" }), grpc.status.FAILED_PRECONDITION, /./);

// The Open Inference Protocol.
const oip = clientOf(inference.GRPCInferenceService);
assert.equal((await call(oip, "ServerLive", {})).response.live, true);
assert.equal((await call(oip, "ServerReady", {})).response.ready, true);
assert.equal((await call(oip, "ModelReady", { name: "nano" })).response.ready, true);
assert.equal((await call(oip, "ServerMetadata", {})).response.name, "albert");
assert.ok((await call(oip, "ModelMetadata", { name: "nano" })).response.outputs.some((output) => output.name === "embedding"));
const text = { name: "text", datatype: "BYTES", shape: [1] };
const typed = { model_name: "nano", id: "7", inputs: [{ ...text, contents: { bytes_contents: [Buffer.from("the king")] } }] };
const raw = { model_name: "nano", inputs: [text], raw_input_contents: [Buffer.concat([Buffer.from([8, 0, 0, 0]), Buffer.from("the king")])] };
for (const request of [typed, raw]) {
  const { response } = await call(oip, "ModelInfer", request);
  assert.deepEqual(floats(response.raw_output_contents[0]), rounded(vector));
  assert.deepEqual(response.outputs[0].shape, [1, 192]);
}
const answers = await stream(oip, "ModelStreamInfer", [typed, { ...typed, model_name: "nobody" }, raw]);
assert.deepEqual(answers.map((answer) => answer.error_message), ["", "no model of this name is served", ""]);
assert.equal(answers[0].infer_response.id, "7");
assert.ok((await call(oip, "ModelStatistics", { name: "nano" })).response.model_stats[0].inference_count > 0);
assert.deepEqual((await call(oip, "RepositoryIndex", {})).response.models.map((model) => model.state), ["READY", "READY"]);
await call(oip, "RepositoryModelUnload", { model_name: "ranker" });
await fails(call(oip, "ModelInfer", { ...typed, model_name: "ranker" }), grpc.status.NOT_FOUND, /no model of this name/);
await call(oip, "RepositoryModelLoad", { model_name: "ranker" });
assert.equal((await call(oip, "ModelReady", { name: "ranker" })).response.ready, true);
await fails(call(oip, "ModelInfer", { model_name: "nano", inputs: [{ ...text, shape: [-1] }] }), grpc.status.INVALID_ARGUMENT, /negative/);

// Messages that are packed are refused, and say so.
const packing = new tei.v1.Embed(address, insecure, { "grpc.default_compression_algorithm": 2 });
await fails(call(packing, "Embed", { inputs: "a" }), grpc.status.UNIMPLEMENTED, /gzip/);
console.log("ok");
