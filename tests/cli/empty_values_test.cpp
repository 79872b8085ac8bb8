// Options that are given an empty value, as by a variable of a script that was not set: every option of every verb.
#include <doctest/doctest.h>

#include <sstream>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

using Words = std::vector<std::string>;

/// The verbs, as the help lists them.
Words verbs(const TempFolder& folder) {
  std::istringstream help(run_flowrun(folder, {"--help"}).out);
  Words found;
  bool among = false;
  for (std::string line; std::getline(help, line);) {
    if (line.starts_with("Verbs:")) among = true;
    else if (among && line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      found.push_back(line.substr(2, line.find(' ', 2) - 2));
    else if (among && line.empty()) break;
  }
  return found;
}

/// The options of a verb that take a value: in its help the value's word follows one space behind them, help further behind.
Words options_with_value(const TempFolder& folder, const std::string& verb) {
  std::istringstream help(run_flowrun(folder, {verb, "--help"}).out);
  Words found;
  for (std::string line; std::getline(help, line);) {
    if (!line.starts_with("  -")) continue;
    const std::size_t end = line.find(' ', 2);
    if (end == std::string::npos || end + 1 == line.size() || line[end + 1] == ' ' || line.find(" Excludes: ") == end) continue;
    const std::size_t name = line.find("--");
    found.push_back(line.substr(name, line.find_first_of(" ,", name) - name));
  }
  return found;
}

/// What a verb needs besides, so that nothing else is wrong.
Words needed(const std::string& verb) {
  if (verb == "run" || verb == "validate" || verb == "draw" || verb == "describe" || verb == "migrate" || verb == "fmt")
    return {"value.json"};
  if (verb == "crossval") return {"plan.json", "--cases", "cases.csv"};
  if (verb == "nodes" || verb == "plugins" || verb == "schema") return {};
  return {"thing"};
}

}  // namespace

TEST_CASE("flowrun: an empty value of any option of any verb is a fault with the option's name, and nothing is done") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  std::size_t tried = 0;
  for (const std::string& verb : verbs(folder)) {
    for (const std::string& option : options_with_value(folder, verb)) {
      CAPTURE(verb);
      CAPTURE(option);
      Words words = option == "--cases" && verb == "crossval" ? Words{"plan.json"} : needed(verb);
      words.insert(words.begin(), verb);
      for (const Words& given : {Words{option, ""}, Words{option + "="}}) {
        Words all = words;
        all.insert(all.begin() + 1, given.begin(), given.end());
        const Ended ended = run_flowrun(folder, all);
        CHECK(ended.status == 2);
        CHECK_MESSAGE(contains(ended.err, option + ": its value is empty; give it one, or leave the option out"), ended.err);
        CHECK(ended.out == "");
        ++tried;
      }
    }
  }
  CHECK(tried > 80);
  CHECK_FALSE(folder.has("out"));
  CHECK_FALSE(folder.has("crossval"));
}

TEST_CASE("flowrun: an empty argument is a fault with its name") {
  const TempFolder folder;
  for (const std::string& verb : verbs(folder)) {
    if (verb == "plugins" || verb == "schema") continue;  // which take none
    const Ended ended = run_flowrun(folder, {verb, ""});
    CAPTURE(verb);
    CHECK(ended.status == 2);
    CHECK_MESSAGE(contains(ended.err, ": it is empty; give it, or leave it out"), ended.err);
  }
}

TEST_CASE("flowrun run: what is empty within an option's value is a fault where nothing can be meant by it") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("file.json", kFileGraph);
  folder.write("a.txt", "");
  folder.write("cases.csv", "case,value\na,1\n");
  const std::pair<Words, std::string> wrong[] = {
      {{"value.json", "--in", "value="}, "expected a number, found ''"},
      {{"value.json", "--in", "=5"}, "--in takes name=value, not '=5'"},
      {{"value.json", "--set", "make.value="}, "expected a number, found ''"},
      {{"value.json", "--set", "write.path="}, "expected a path, found an empty text"},
      {{"value.json", "--set", "=5"}, "--set takes name=value, not '=5'"},
      {{"file.json", "--in", "image="}, "expected a path, found an empty text"},
      {{"file.json", "--cases", "image="}, "image"},
      {{"value.json", "--cases", "cases.csv", "--only", ","}, "--only ',' names no case"},
      {{"value.json", "--cases", "cases.csv", "--only", ",,"}, "--only ',,' names no case"},
      {{"value.json", "--bids", ".", "--participant-label", ","}, "--participant-label"},
  };
  for (const auto& [words, sentence] : wrong) {
    Words all{"run"};
    all.insert(all.end(), words.begin(), words.end());
    const Ended ended = run_flowrun(folder, all);
    CAPTURE(words.back());
    CHECK(ended.status == 2);
    CHECK_MESSAGE(contains(ended.err, sentence), ended.err);
  }
  CHECK_FALSE(folder.has("out"));
  CHECK(run_flowrun(folder, {"run", "value.json", "--set", "suffix=", "--out", "o"}).status == 0);  // a text may be empty
  CHECK(folder.read("o/value_.txt") == "7\n");
}

TEST_CASE("flowrun: an option for a file takes no '=' behind one letter, and a folder in the file's place is a fault that changes nothing") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  std::filesystem::create_directories(folder.path() / "d.svg");
  for (const Words& words : {Words{"schema"}, Words{"draw", "value.json"}, Words{"fmt", "value.json"}, Words{"migrate", "value.json"}}) {
    CAPTURE(words.front());
    for (const std::string option : {"-o=", "-o=x.svg"}) {
      Words all = words;
      all.push_back(option);
      const Ended ended = run_flowrun(folder, all);
      CHECK(ended.status == 2);
      CHECK(contains(ended.err, "write the value of -o behind a space: '-o VALUE', without '='"));
    }
    if (words.front() == "migrate") continue;  // it has nothing to write
    Words all = words;
    all.insert(all.end(), {"-o", "d.svg"});
    const Ended ended = run_flowrun(folder, all);
    CHECK(ended.status != 0);
    CHECK(contains(ended.err, "d.svg"));
    CHECK_FALSE(contains(ended.err, "internal error"));
  }
  const Ended traced = run_flowrun(folder, {"run", "value.json", "--case-name", "a", "--out", "o", "--trace", "d.svg"});
  CHECK(traced.status != 0);
  CHECK(contains(traced.err, "d.svg"));
  CHECK(std::filesystem::is_directory(folder.path() / "d.svg"));
  CHECK(std::filesystem::is_empty(folder.path() / "d.svg"));
  for (const char* name : {"=", "=x.svg", "x.svg"}) CHECK_FALSE(folder.has(name));
}
