// A fuzz target without a fuzzer: looks at files, at files cut short, and at a fixed number of changed files, the same ones each
// time. It needs no particular compiler, so every run of the tests goes through the corpora.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/memory_guard.h"
#include "support/mutator.h"
#include "support/target.h"

namespace {

namespace fs = std::filesystem;
using flowrun::fuzz::look_at;

constexpr unsigned kLongestSeconds = 60;  // for one input of a few kB: it hangs
constexpr std::size_t kBaseMemory = std::size_t{64} << 20;
constexpr std::size_t kMemoryPerByte = 4 * 1032;  // a byte of deflated voxels becomes 1032 bytes, and each of these a float
constexpr std::size_t kCuts = 48;                 // of each file

constexpr const char* kKeptIn = "fuzz-failure.bin";

std::string current;  // the input that is looked at

/// Keeps the input that ended the process.
void keep_input(int signal) {
  flowrun::fuzz::unguard_memory();
  FILE* file = std::fopen(kKeptIn, "wb");
  if (file) {
    std::fwrite(current.data(), 1, current.size(), file);
    std::fclose(file);
    std::fprintf(stderr, "%s; the input is kept in %s\n", signal == SIGALRM ? "an input takes too long" : "the target failed",
                 kKeptIn);
  }
  std::signal(SIGABRT, SIG_DFL);
  std::signal(signal, SIG_DFL);
  std::raise(signal == SIGALRM ? SIGABRT : signal);
}

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void look(std::string bytes) {
  current = std::move(bytes);
  ::alarm(kLongestSeconds);
  flowrun::fuzz::guard_memory(kBaseMemory + kMemoryPerByte * current.size());
  look_at(current);
  flowrun::fuzz::unguard_memory();
  ::alarm(0);
}

std::vector<std::string> read_all(const std::vector<fs::path>& places) {
  std::vector<fs::path> files;
  for (const fs::path& place : places) {
    if (!fs::is_directory(place)) files.push_back(place);
    else
      for (const auto& entry : fs::recursive_directory_iterator(place))
        if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // folders list their files in any order
  std::vector<std::string> inputs;
  for (const fs::path& file : files) inputs.push_back(read(file));
  return inputs;
}

struct Options {
  std::size_t rounds = 0;
  std::uint64_t seed = 1;
  std::string dictionary;
  std::vector<fs::path> places;
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--rounds" && i + 1 < argc) options.rounds = std::stoull(argv[++i]);
    else if (word == "--seed" && i + 1 < argc) options.seed = std::stoull(argv[++i]);
    else if (word == "--dictionary" && i + 1 < argc) options.dictionary = argv[++i];
    else options.places.emplace_back(word);
  }
  return options;
}

int run(const Options& options) {
  const std::vector<std::string> inputs = read_all(options.places);
  if (inputs.empty()) throw std::runtime_error("usage: [--rounds N] [--seed N] [--dictionary FILE] FILE|FOLDER...");
  look("");
  for (const std::string& input : inputs) look(input);
  if (options.rounds == 0) return std::printf("%zu inputs\n", inputs.size()), 0;
  for (const std::string& input : inputs)
    for (std::size_t i = 0; i < kCuts; ++i) look(input.substr(0, input.size() * i / kCuts));
  const auto words = options.dictionary.empty() ? std::vector<std::string>{} : flowrun::fuzz::read_dictionary(options.dictionary);
  flowrun::fuzz::Mutator mutator(options.seed, inputs, words);
  for (std::size_t i = 0; i < options.rounds; ++i) look(mutator.next());
  std::printf("%zu inputs, each cut at %zu places, and %zu changed ones\n", inputs.size(), kCuts, options.rounds);
  return 0;
}

/// On a stack of its own, for the program's may have overflowed.
void watch_signals() {
  static char stack[1 << 16];
  const stack_t place{.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
  ::sigaltstack(&place, nullptr);
  struct sigaction action {};
  action.sa_handler = keep_input;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) ::sigaction(signal, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) try {
  watch_signals();
  return run(options_of(argc, argv));
} catch (const std::exception& fault) {
  std::fprintf(stderr, "%s\n", fault.what());
  return 2;
}
