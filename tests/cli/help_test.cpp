#include <doctest/doctest.h>

#include <cstdlib>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

TEST_CASE("flowrun: --help lists the verbs and the exit statuses") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"--help"});
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  for (const char* verb : {"run", "validate", "nodes", "describe", "draw", "plugins", "schema", "fmt", "migrate", "docs",
                           "new-plugin", "check-plugin"})
    CHECK(contains(ended.out, std::string("\n  ") + verb));
  CHECK(contains(ended.out, "Exit status: 0 all cases done, 1 some case failed"));
}

TEST_CASE("flowrun: --version is one line") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"--version"});
  CHECK(ended.status == 0);
  CHECK(ended.out.starts_with("flowrun 0."));
  CHECK(ended.out.find('\n') == ended.out.size() - 1);
}

TEST_CASE("flowrun: every verb has help with an example") {
  const TempFolder folder;
  for (const std::string verb : {"run", "validate", "nodes", "describe", "draw", "plugins", "schema", "fmt", "migrate", "docs"}) {
    const Ended ended = run_flowrun(folder, {verb, "--help"});
    INFO(verb);
    CHECK(ended.status == 0);
    if (verb != "fmt") CHECK(contains(ended.out, "--plugin-path"));
    CHECK(contains(ended.out, "Examples:\n  flowrun " + verb));
  }
}

TEST_CASE("flowrun: without a verb it shows its help as an error") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {});
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  CHECK(contains(ended.err, "validate"));
}

TEST_CASE("flowrun: a misspelt verb is answered with the near one") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"validte", "graph.json"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "flowrun: no verb 'validte'; did you mean 'validate'?\nSee 'flowrun --help'.\n");
}

TEST_CASE("flowrun: a misspelt option is answered with the near one") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"run", "graph.json", "--caes", "table.csv"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "flowrun: 'run' has no option '--caes'; did you mean '--cases'?\nSee 'flowrun run --help'.\n");
}

TEST_CASE("flowrun: a missing argument and a missing value are sentences") {
  const TempFolder folder;
  CHECK(run_flowrun(folder, {"run"}).err == "flowrun: 'run' needs the argument GRAPH, a graph file\nSee 'flowrun run --help'.\n");
  CHECK(run_flowrun(folder, {"validate"}).err ==
        "flowrun: 'validate' needs the argument GRAPH\nSee 'flowrun validate --help'.\n");
  const Ended no_value = run_flowrun(folder, {"run", "graph.json", "--out"});
  CHECK(no_value.status == 2);
  CHECK(contains(no_value.err, "--out"));
}

TEST_CASE("flowrun: a second name=path without its own --in is explained") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"run", "graph.json", "--in", "t1=a.nii", "t2=b.nii"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "'t2=b.nii' has no option before it; write --in before every name=path"));
}

TEST_CASE("flowrun run: --help with a graph shows that graph's inputs and parameters") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--help"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "Writes a value"));
  CHECK(contains(ended.out, "value  number  default 7"));
  CHECK(contains(ended.out, "mm"));
  CHECK(contains(ended.out, "What is written"));
  CHECK(contains(ended.out, "suffix  string  default \"value\""));
}

TEST_CASE("flowrun: an option without a value and one that is given twice are reported as that") {
  const TempFolder folder;
  const Ended twice = run_flowrun(folder, {"crossval", "plan.json", "--cases", "a.csv", "--cases", "b.csv"});
  CHECK(twice.status == 2);
  CHECK(contains(twice.err, "; give it once"));
  const Ended none = run_flowrun(folder, {"crossval", "plan.json", "--cases"});
  CHECK(none.status == 2);
  CHECK(contains(none.err, "an option that takes a value needs one after it"));
}

TEST_CASE("flowrun: a plugin path that is not there is an error") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"nodes", "--plugin-path", "nowhere"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "flowrun: --plugin-path 'nowhere' is neither a folder nor a file\n");
}

TEST_CASE("flowrun cache: a folder that --cache names and that is not there is refused, the usual one need not be") {
  const TempFolder folder;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"cache", "--cache", "nowhere"}, {"cache", "clear", "--cache", "nowhere"}}) {
    const Ended ended = run_flowrun(folder, words);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--cache: there is no folder 'nowhere'"));
  }
  CHECK_FALSE(folder.has("nowhere"));
}

TEST_CASE("flowrun cache: FLOWRUN_CACHE is off in capitals too, and then no folder") {
  const TempFolder folder;
  const char* const before = std::getenv("FLOWRUN_CACHE");
  const std::string usual = before ? before : "off";
  ::setenv("FLOWRUN_CACHE", "OFF", 1);
  const Ended ended = run_flowrun(folder, {"cache"});
  ::setenv("FLOWRUN_CACHE", usual.c_str(), 1);
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "FLOWRUN_CACHE is off"));
}
