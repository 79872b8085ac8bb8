// Graphs made at random, run again and again with random edits: with kept results they give what they give without.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <tuple>

#include "flowrun/host/kept_results.h"
#include "support/toy_nodes.h"

using namespace toy;
namespace fs = std::filesystem;

namespace {

const Codec kToyCodec{std::string(ToyNumber::kType),
                      [](const Payload& payload, ByteWriter& bytes) { bytes.number(payload_cast<ToyNumber>(&payload)->value); },
                      [](ByteReader& bytes) { return std::make_unique<ToyNumber>(bytes.number<double>()); }};

const Codec* codec_of(std::string_view payload) { return payload == ToyNumber::kType ? &kToyCodec : standard_codec(payload); }

/// A random graph whose text is the same for the same edits.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {
    for (int i = 0; i < 3; ++i)
      add_case(made("toy.source", R"("params": {"value": )" + std::string(i == 0 ? "\"${n}\"" : number()) + "}"));
    const int count = 4 + draw(10);
    for (int i = 0; i < count; ++i) add_node();
    for (const std::string& id : cases_)
      if (draw(3) == 0) made("toy.sink", in(id));
    made("toy.sink", in(cases_.back()));
    if (draw(2)) made("toy.sink", in(made("toy.fold_cases", in(cases_.back()))));
  }

  void edit() {
    const auto which = static_cast<std::size_t>(draw(static_cast<int>(numbers_.size())));
    numbers_[which] = draw(2) ? numbers_[which] + 1 : 1 + draw(3);
  }

  std::string text() const {
    std::string nodes;
    for (const auto& [id, body] : nodes_) nodes += (nodes.empty() ? "" : ",\n") + ("\"" + id + "\": " + body);
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const std::string mark = "<" + std::to_string(i) + ">";
      nodes.replace(nodes.find(mark), mark.size(), std::to_string(numbers_[i]));
    }
    return "{" + nodes + "}";
  }

 private:
  int draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string number() {
    numbers_.push_back(1 + draw(3));
    return "<" + std::to_string(numbers_.size() - 1) + ">";
  }
  static std::string in(const std::string& id) { return R"("inputs": {"in": ")" + id + R"(.out"})"; }
  std::string any() { return cases_[static_cast<std::size_t>(draw(static_cast<int>(cases_.size())))]; }
  std::string made(const std::string& type, const std::string& rest) {
    const std::string id = "n" + std::to_string(nodes_.size());
    nodes_.emplace_back(id, R"({"type": ")" + type + R"(", )" + rest + "}");
    return id;
  }
  void add_case(std::string id) { cases_.push_back(std::move(id)); }

  void add_node() {
    switch (draw(5)) {
      case 0:
        return add_case(made("toy.work", in(any())));
      case 1:
        return add_case(made("toy.hook", in(any())));
      case 2:
        return add_case(
            made(draw(2) ? "toy.add" : "toy.add_some", R"("inputs": {"in": [")" + any() + R"(.out", ")" + any() + R"(.out"]})"));
      default:
        return add_stream();
    }
  }

  /// A stream, one or two nodes on its chunks, one or two that collect them.
  void add_stream() {
    const std::string split = made("toy.split", in(any()) + R"(, "params": {"count": )" + number() + "}");
    std::vector<std::string> chunks{split};
    for (int i = draw(3); i > 0; --i) {
      const std::string& from = chunks[static_cast<std::size_t>(draw(static_cast<int>(chunks.size())))];
      const std::string other = draw(2) ? any() : chunks.back();
      chunks.push_back(draw(2) ? made("toy.hook", in(from))
                               : made("toy.add", R"("inputs": {"in": [")" + from + R"(.out", ")" + other + R"(.out"]})"));
    }
    for (const std::string& id : chunks)
      if (draw(2) || &id == &chunks.back()) add_case(made("toy.fold", in(id)));
    if (draw(3) == 0) made("toy.sink", in(chunks.back()));
    if (draw(3) == 0) made("toy.collect_sink", in(chunks.front()));
  }

  std::mt19937 random_;
  std::vector<std::pair<std::string, std::string>> nodes_;
  std::vector<std::string> cases_;
  std::vector<int> numbers_;
};

/// All that a run shows, in an order that does not depend on threads.
struct Shown {
  std::multiset<std::tuple<std::string, std::string, std::int64_t, double>> seen;
  std::multiset<std::tuple<std::string, std::string, std::string, double>> reports;
  std::multiset<std::string> warnings;
  std::multiset<std::string> left_out;
  bool operator==(const Shown&) const = default;
};

std::string text_of(const Shown& shown) {
  std::ostringstream text;
  for (const auto& [node, name, chunk, value] : shown.seen) text << node << " " << name << " " << chunk << " " << value << "\n";
  for (const auto& [name, node, figure, value] : shown.reports)
    text << name << " " << node << "." << figure << " " << value << "\n";
  for (const auto* lines : {&shown.warnings, &shown.left_out})
    for (const std::string& line : *lines) text << line << "\n";
  return text.str();
}

struct Ran {
  Shown shown;
  std::size_t kept = 0;
};

/// Three cases, of which the second lacks what the first source reads.
Ran run_once(const std::string& text, const fs::path& folder, unsigned seed, int threads) {
  Registry types = registry();
  auto changed = std::make_shared<ValidatedGraph>(*graph(text, types));
  for (ValidatedNode& node : changed->nodes) {
    node.library = "/proc/self/exe";  // which keys count with
    node.keeping = static_cast<Keeping>(std::hash<std::string>()(node.id + std::to_string(seed)) % 7 ? 1 : 2);
    if (node.id == "n0") node.optional_inputs = {"n"};
  }
  std::vector<Case> cases = make_cases(3);
  cases[1].inputs.clear();
  reset();
  hook = [](Context& context, double value) {
    context.report("value", value);
    if (value > 20) context.warn("large: " + std::to_string(value));
  };
  RunOptions options;
  options.threads = threads;
  if (!folder.empty()) options.results = keep_results(changed, {folder, 1 << 30, "o", "auto", "1", codec_of, {}});
  Run running(changed, types, options);
  Ran ran;
  for (const CaseResult& one : running.execute(cases).cases) {
    CHECK_MESSAGE(one.status == CaseStatus::done, one.name, one.errors.empty() ? "" : one.errors.front().message);
    const std::vector<bool> left_out =
        left_out_nodes(*changed, *std::find_if(cases.begin(), cases.end(), [&](const Case& of) { return of.name == one.name; }));
    for (const LeftOutNode& node : one.left_out) CHECK(left_out[node.node]);
    for (const Report& report : one.reports) ran.shown.reports.emplace(one.name, report.node, report.name, report.value);
    for (const std::string& warning : one.warnings) ran.shown.warnings.insert(one.name + " " + warning);
    for (const LeftOutNode& node : one.left_out)
      ran.shown.left_out.insert(one.name + " " + changed->nodes[node.node].id + " " + node.reason);
    ran.kept += one.kept.size();
  }
  for (const Seen& one : seen) ran.shown.seen.emplace(one.node, one.case_name, one.chunk, one.value);
  hook = nullptr;
  CHECK(ToyNumber::alive == 0);
  return ran;
}

}  // namespace

TEST_CASE("results: random graphs with random edits give with kept results what they give without") {
  std::size_t kept = 0;
  const char* const more = std::getenv("FLOWRUN_GRAPHS");
  const auto graphs = static_cast<unsigned>(more ? std::atoi(more) : 60);
  for (unsigned seed = 1; seed <= graphs; ++seed) {
    const fs::path folder = fs::temp_directory_path() / ("flowrun_random_" + std::to_string(::getpid()));
    fs::remove_all(folder);
    RandomGraph random(seed);
    for (int round = 0; round < 6; ++round) {
      CAPTURE(seed);
      CAPTURE(round);
      const std::string text = random.text();
      const Ran plain = run_once(text, "", seed, 1), reused = run_once(text, folder, seed, 1 + round % 3);
      CHECK(plain.kept == 0);
      if (!(plain.shown == reused.shown)) {
        FAIL("plain:\n" << text_of(plain.shown) << "with kept results:\n" << text_of(reused.shown) << text);
      }
      kept += reused.kept;
      if (round != 1) random.edit();  // the second round finds all that can be kept
    }
    fs::remove_all(folder);
  }
  CHECK(kept > 1000);
}
