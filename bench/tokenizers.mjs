// Times Hugging Face's tokenizers, the Rust library, through its Node.js binding on the lines of a file: one thread, all
// lines in one call, so that the binding's share is small.
//   npm install --prefix PEERS tokenizers
//   node tokenizers.mjs PEERS TOKENIZER.json FILE RUNS
// Prints one JSON line with the fields of `albert bench tokenizer --json`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

process.env.RAYON_NUM_THREADS = '1';
process.env.TOKENIZERS_PARALLELISM = 'false';
const [peers, file, text, count] = process.argv.slice(2);
const { Tokenizer } = createRequire(join(peers, 'x.js'))('tokenizers');
const tokenizer = Tokenizer.fromFile(file);
tokenizer.disablePadding();
tokenizer.disableTruncation();
const lines = readFileSync(text, 'utf8').replace(/\n$/, '').split('\n');
const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);

const warmUps = 1, runs = +count, times = [];
let tokens = 0;
for (let run = -warmUps; run < runs; run++) {
  const start = process.hrtime.bigint();
  const encodings = await tokenizer.encodeBatch(lines);
  if (run >= 0) times.push(Number(process.hrtime.bigint() - start) / 1e6);
  tokens = encodings.reduce((sum, encoding) => sum + encoding.getLength(), 0);
}
times.sort((a, b) => a - b);
const median = times[runs >> 1];
console.log(JSON.stringify({
  peer: 'huggingface tokenizers', threads: 1, lines: lines.length, bytes, tokens, min_ms: times[0], median_ms: median, runs,
  mb_per_s: bytes / median / 1e3, tokens_per_s: Math.round(tokens / median * 1e3),
}));
