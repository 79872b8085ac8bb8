// What comes from outside is printed and kept as text: it forges no line, and sends nothing to the terminal.
#include <doctest/doctest.h>

#include <filesystem>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const std::string kBadGraph = R"({
  "format": 1,
  "name": "bad",
  "inputs": { "how": { "type": "string", "default": "" } },
  "nodes": {
    "make": { "type": "clitest.make" },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "how": "${how}" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "bad.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

Ended run_bad(const TempFolder& folder, const std::string& how) {
  folder.write("bad.json", kBadGraph);
  return run_flowrun(folder, {"run", "bad.json", "--in", "how=" + how, "--case-name", "a", "--out", "o", "--plugin-path",
                              FLOWRUN_CRASH_PLUGINS});
}

/// Nothing in it is obeyed by a terminal, and no line is another's.
void check_harmless(const std::string& text) {
  CHECK_FALSE(contains(text, "\nflowrun: all is well"));
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK_FALSE(contains(text, "\xC2\x9B"));
  CHECK_FALSE(contains(text, "\xE2\x80\xAE"));
}

}  // namespace

TEST_CASE("flowrun run: what a node throws, warns of and reports forges no line and no escape, printed or in any file that is kept") {
  const TempFolder folder;
  const Ended ended = run_bad(folder, "forge");
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "thrown x\\nflowrun: all is well\\x1b[2J"));
  CHECK(contains(ended.err, "\nflowrun: bad, case a: printed x\\nflowrun: all is well\\x1b[2J"));
  CHECK(contains(ended.err, "warned x\\nflowrun: all is well\\x1b[2J"));
  CHECK(contains(ended.out, "figure x\\nflowrun: all is well\\x1b[2J"));
  check_harmless(ended.err + ended.out);
  for (const char* name : {"o/flowrun-run.json", "o/flowrun/cases/a.json", "o/report.html", "o/cases.csv"}) {
    CAPTURE(name);
    REQUIRE(folder.has(name));
    check_harmless(folder.read(name));
    CHECK_FALSE(contains(folder.read(name), "printed x"));  // a line is for who watches
  }
  CHECK_FALSE(contains(folder.read("o/report.html"), "<b>\xE2"));
  CHECK(contains(folder.read("o/report.html"), "\\u003cb>"));
}

TEST_CASE("flowrun run --quiet: lines of nodes are progress, and not printed") {
  const TempFolder folder;
  folder.write("bad.json", kBadGraph);
  const Ended ended = run_flowrun(folder, {"run", "bad.json", "--quiet", "--in", "how=forge", "--out", "o", "--plugin-path",
                                           FLOWRUN_CRASH_PLUGINS});
  CHECK(contains(ended.err, "thrown x"));
  CHECK_FALSE(contains(ended.err, "printed x"));
}

TEST_CASE("flowrun run --resume, replay, merge: texts of records are harmless too") {
  const TempFolder folder;
  run_bad(folder, "forge");
  for (const Words& words : {Words{"replay", "a", "--results", "o", "--plugin-path", FLOWRUN_CRASH_PLUGINS}, Words{"merge", "o"}}) {
    CAPTURE(words.front());
    const Ended ended = run_flowrun(folder, words);
    check_harmless(ended.err + ended.out);
  }
}

TEST_CASE("flowrun: names of files, options and graphs with line feeds and escapes are printed as text") {
  const TempFolder folder;
  const std::string evil = "e\nflowrun: all is well\x1b[2J";
  folder.write("value.json", kValueGraph);
  std::string named = kValueGraph;
  named.replace(named.find("\"name\": \"value\""), 15, R"("name": "n\nflowrun: all is well\u001b[2J")");
  folder.write("named.json", named);
  folder.write("cases.csv", "case,value\n\"" + evil + "\",1\nb,\"" + evil + "\"\n");
  folder.write("plan.json", R"({"format": 1, "name": "n\nflowrun: all is well", "measures": "m", "steps": []})");
  for (const Words& words :
       {Words{"run", evil}, Words{"run", "value.json", "--set", evil + "=1"}, Words{"run", "value.json", "--in", evil},
        Words{"run", "named.json", "--case-name", "a", "--out", "o"}, Words{"run", "named.json", "--help"},
        Words{"run", "value.json", "--cases", "cases.csv"}, Words{"run", "value.json", "--" + evil}, Words{evil},
        Words{"run", "value.json", "--case-name", "a", "--out", "o2" + evil}, Words{"validate", evil}, Words{"describe", evil},
        Words{"describe", "named.json"}, Words{"draw", evil}, Words{"fmt", evil}, Words{"migrate", evil}, Words{"replay", evil},
        Words{"merge", evil}, Words{"nodes", evil}, Words{"docs", "d", evil}, Words{"new-plugin", evil},
        Words{"check-plugin", evil}, Words{"run", "value.json", "--only", evil}, Words{"run", "value.json", "--bids", evil},
        Words{"run", "value.json", "--shard", evil}, Words{"run", "value.json", "--device", evil},
        Words{"run", "value.json", "--threads", evil}, Words{"run", "value.json", "--incomplete", evil},
        Words{"plugins", "--plugin-path", evil}, Words{"run", "value.json", "--cases", evil + "={case}"},
        Words{"crossval", "plan.json", "--cases", evil}, Words{"crossval", evil, "--cases", "cases.csv"},
        Words{"schema", "-o", evil + "/x"}}) {
    CAPTURE(words);
    const Ended ended = run_flowrun(folder, words);
    check_harmless(ended.err + ended.out);
  }
}

TEST_CASE("flowrun run: a node that throws nothing that says why gets a sentence, with what it threw") {
  for (const std::string how : {"empty", "blank"}) {
    const TempFolder folder;
    CHECK(contains(
        run_bad(folder, how).err,
        "plugin crashtest): the node threw a std::runtime_error without a reason; the plugin's author must correct this"));
  }
  const TempFolder folder;
  CHECK(contains(run_bad(folder, "number").err, "the node threw something that is not a std::exception (int), so its reason"));
  const std::string open = R"({"format": 1, "name": "o", "nodes": {"make": {"type": "clitest.make"}, "bad": {"type": "crashtest.misbehave",
    "inputs": {"volume": "make.volume"}, "params": {"open": "empty"}}}})";
  folder.write("open.json", open);
  CHECK(contains(run_flowrun(folder, {"run", "open.json", "--out", "o", "--plugin-path", FLOWRUN_CRASH_PLUGINS}).err,
                 "could not be opened: the node threw a std::runtime_error without a reason"));
}
