// Times SentencePiece's C++ library, the peer of our tokenizer, on the lines of a file: text in, ids out, one thread.
//   g++ -O2 -std=c++17 sentencepiece.cpp -lsentencepiece -o sentencepiece-bench
//   sentencepiece-bench MODEL FILE RUNS
// Prints one JSON line with the fields of `albert bench tokenizer --json`.
#include <sentencepiece_processor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

int main(int argc, char **argv) {
  if (argc != 4 || std::atoi(argv[3]) < 1) {
    std::fprintf(stderr, "sentencepiece-bench MODEL FILE RUNS\n");
    return 2;
  }
  sentencepiece::SentencePieceProcessor processor;
  if (const auto status = processor.Load(argv[1]); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::ifstream file(argv[2]);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", argv[2]);
    return 1;
  }
  std::vector<std::string> lines;
  size_t bytes = 0;
  for (std::string line; std::getline(file, line); bytes += line.size()) lines.push_back(line);

  const int warm_ups = 3, runs = std::atoi(argv[3]);
  std::vector<double> times;
  std::vector<int> ids;
  size_t tokens = 0;
  for (int run = -warm_ups; run < runs; run++) {
    const auto start = std::chrono::steady_clock::now();
    tokens = 0;
    for (const auto &line : lines) {
      processor.Encode(line, &ids);
      tokens += ids.size();
    }
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    if (run >= 0) times.push_back(elapsed.count());
  }
  std::sort(times.begin(), times.end());
  const double median = times[runs / 2];
  std::printf(
      "{\"peer\":\"sentencepiece\",\"threads\":1,\"lines\":%zu,\"bytes\":%zu,\"tokens\":%zu,\"min_ms\":%.3f,"
      "\"median_ms\":%.3f,\"runs\":%d,\"mb_per_s\":%.3f,\"tokens_per_s\":%.0f}\n",
      lines.size(), bytes, tokens, times[0], median, runs, bytes / median / 1e3, tokens / median * 1e3);
  return 0;
}
