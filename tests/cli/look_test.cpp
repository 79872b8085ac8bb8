// The verbs that only look: nodes, describe, draw, plugins, validate.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;

TEST_CASE("flowrun nodes: lists the types of a plugin with their summaries") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"nodes", "clitest"});
  CHECK(ended.status == 0);
  CHECK(ended.out ==
        "clitest 1.2.3\n"
        "  clitest.gather   Waits for a file when all cases are there\n"
        "  clitest.make     Eight voxels of one value\n"
        "  clitest.measure  The first voxel as a number\n"
        "  clitest.sum      Adds up the first voxels of all cases\n"
        "  clitest.wait     Waits for a file\n"
        "  clitest.write    Writes the first voxel as text\n");
}

TEST_CASE("flowrun nodes: a word that begins no name finds the types that have it in their name or summary") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"nodes", "Measure"});
  CHECK(contains(ended.out, "clitest 1.2.3\n  clitest.measure  The first voxel as a number\n"));
  CHECK_FALSE(contains(ended.out, "clitest.make"));
  CHECK(contains(run_flowrun(folder, {"nodes", "of all cases"}).out, "clitest.sum"));
  const Ended hint = run_flowrun(folder, {"describe", "measure"});
  CHECK(hint.status == 2);
  CHECK(contains(hint.err, "no node type 'measure', and no such graph file; did you mean 'clitest.measure'?"));
}

TEST_CASE("flowrun nodes --json and describe --json: what programs read") {
  const TempFolder folder;
  const Ended one = run_flowrun(folder, {"describe", "clitest.measure", "--json"});
  CHECK(one.status == 0);
  CHECK(contains(one.out, R"({"plugin":"clitest","plugin_version":"1.2.3","library":)"));
  CHECK(contains(one.out, R"("description":{"name":"clitest.measure","summary":"The first voxel as a number")"));
  const Ended all = run_flowrun(folder, {"nodes", "clitest", "--json"});
  CHECK(all.out.starts_with("[{\"plugin\":\"clitest\""));
  CHECK(contains(all.out, one.out.substr(0, one.out.size() - 1)));
  folder.write("all.json", all.out);
  CHECK(std::system(("/usr/bin/python3 -m json.tool < " + (folder.path() / "all.json").string() + " > /dev/null").c_str()) == 0);
}

TEST_CASE("flowrun nodes: a prefix that nothing has is answered with the near one") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"nodes", "clitset"});
  CHECK(ended.status == 2);
  CHECK(ended.err ==
        "flowrun: no node type starts with 'clitset', nor has it in its name, summary or details; did you mean 'clitest'?\n");
}

TEST_CASE("flowrun describe: a node type with its ports, parameters and plugin") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"describe", "clitest.write"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "clitest.write\n  Writes the first voxel as text\n"));
  CHECK(contains(ended.out, "clitest 1.2.3 (Apache-2.0)"));
  CHECK(contains(ended.out, "clitest.so"));
  CHECK(contains(ended.out, "INPUTS\n  volume  flowrun.volume/1  one  Any image\n"));
  CHECK(contains(ended.out, "PARAMETERS\n  path    path (written)  required\n"));
  CHECK(contains(ended.out, "\"inputs\": { \"volume\": \"node.port\" }"));
}

TEST_CASE("flowrun describe: no line is longer than 100 characters" * doctest::test_suite("needs plugins")) {
  const TempFolder folder;
  for (const char* type : {"clitest.make", "clitest.wait", "phantom.head", "segment.components", "view.montage"}) {
    const Ended ended = run_flowrun(folder, {"describe", type});
    if (ended.status != 0) {
      flowrun::testing::could_not_run(std::string(type) + " is not built");
      continue;
    }
    std::size_t begin = 0;
    for (std::size_t end = ended.out.find('\n'); end != std::string::npos; end = ended.out.find('\n', begin)) {
      const std::string line = ended.out.substr(begin, end - begin);
      INFO(line);
      CHECK((line.size() <= 100 || contains(line, FLOWRUN_TEST_PLUGINS) || contains(line, FLOWRUN_CLI_PLUGINS)));
      begin = end + 1;
    }
  }
}

TEST_CASE("flowrun describe: an unknown type is answered with the near one") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"describe", "clitest.mke"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "flowrun: no node type 'clitest.mke', and no such graph file; did you mean 'clitest.make'?\n");
}

TEST_CASE("flowrun describe: a graph with its inputs, parameters and nodes") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"describe", "value.json"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "value  (value.json)\n  Writes a value\n"));
  CHECK(contains(ended.out, "write  clitest.write  volume from make.volume\n"));
}

TEST_CASE("flowrun plugins: names the plugin, and with --why the folders and the types") {
  const TempFolder folder;
  const Ended brief = run_flowrun(folder, {"plugins"});
  CHECK(brief.status == 0);
  CHECK(contains(brief.out, "clitest.so"));
  CHECK(contains(brief.out, "clitest "));
  const Ended full = run_flowrun(folder, {"plugins", "--why"});
  CHECK(contains(full.out, std::string("looked in, in this order:\n  ") + FLOWRUN_CLI_PLUGINS + "\n"));
  CHECK(contains(full.out, "clitest.make, clitest.measure, clitest.sum, clitest.wait, clitest.write"));
  CHECK(contains(full.out, "not loaded; read from its manifest"));
}

TEST_CASE("flowrun plugins: a library that is no plugin is named with the reason") {
  const TempFolder folder;
  folder.write("plugins/broken.so", "this is not a library");
  const Ended ended = run_flowrun(folder, {"plugins", "--plugin-path", "plugins/broken.so"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "NOT usable: "));
  CHECK(contains(ended.out, "broken.so"));
}

TEST_CASE("flowrun draw: writes DOT with a box for each node and an edge for each input") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"draw", "value.json"});
  CHECK(ended.status == 0);
  CHECK(ended.out.starts_with("digraph \"value\" {\n"));
  CHECK(contains(ended.out, "n0 [label=\"make\\nclitest.make\\nonce a case\""));
  CHECK(contains(ended.out, "n0 -> n1 [label=\"volume\"];"));
}

TEST_CASE("flowrun draw: names with quotes and backslashes stay inside their labels") {
  const TempFolder folder;
  std::string graph = kValueGraph;
  graph.replace(graph.find("Writes a value"), 14, R"(a \"quoted\" back\\slash)");
  folder.write("odd.json", graph);
  const Ended ended = run_flowrun(folder, {"draw", "odd.json", "-o", "odd.dot"});
  CHECK(ended.status == 0);
  CHECK(ended.out.empty());
  CHECK(contains(folder.read("odd.dot"), R"(label="value\na \"quoted\" back\\slash";)"));
}

TEST_CASE("flowrun draw: an output is labelled once, subgraphs can be one box, and a run's counts and times are in the boxes") {
  const TempFolder folder;
  folder.write("part.json", R"({ "format": 1, "name": "part", "inputs": { "volume": { "type": "flowrun.volume/1" } }, "nodes": {
    "first": { "type": "clitest.write", "inputs": { "volume": "volume" }, "params": { "path": "${out}/${case}_1.txt" } },
    "second": { "type": "clitest.write", "inputs": { "volume": "volume" }, "params": { "path": "${out}/${case}_2.txt" } } } })");
  folder.write("whole.json", R"({ "format": 1, "name": "whole", "nodes": {
    "make": { "type": "clitest.make", "params": { "value": 1 } },
    "part": { "type": "graph:part.json", "inputs": { "volume": "make.volume" } } } })");
  const std::string open = run_flowrun(folder, {"draw", "whole.json"}).out;
  CHECK(contains(open, "label=\"part\"; style"));
  CHECK(contains(open, "n0 -> n1 [label=\"volume\"];"));
  CHECK(contains(open, "n0 -> n2 [label=\"\"];"));
  REQUIRE(run_flowrun(folder, {"run", "whole.json", "--out", "o"}).status == 0);
  const std::string closed = run_flowrun(folder, {"draw", "whole.json", "--depth", "0", "--run", "o"}).out;
  CHECK(contains(closed, "n1 [label=\"part\\n2 nodes\\n2 firings, "));
  CHECK(contains(closed, "n0 [label=\"make\\nclitest.make\\nonce a case\\n1 firing, "));
  CHECK_FALSE(contains(closed, "first"));
  CHECK_FALSE(contains(closed, "n2 ["));
  CHECK(contains(closed, "n0 -> n1 [label=\"volume\"];"));
  const Ended other = run_flowrun(folder, {"draw", "whole.json", "--run", "nowhere"});
  CHECK(other.status != 0);
  CHECK(contains(other.err, "'nowhere' contains no records of graph 'whole'"));
}

TEST_CASE("flowrun draw: refuses a file type that it does not write") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"draw", "value.json", "-o", "value.png"});
  CHECK(ended.status == 2);
  CHECK(ended.err == "flowrun: --output 'value.png' must end in .dot or .svg\n");
}

TEST_CASE("flowrun draw: an SVG is drawn by Graphviz, and what is missing is said") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"draw", "value.json", "-o", "value.svg"});
  if (ended.status == 0) {
    CHECK(contains(folder.read("value.svg"), "<svg"));
    CHECK(contains(folder.read("value.svg"), "clitest.make"));
  } else {
    CHECK(contains(ended.err, "install the package 'graphviz'"));
    CHECK_FALSE(folder.has("value.svg"));
  }
}

TEST_CASE("flowrun validate: a right graph is one line") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"validate", "value.json"});
  CHECK(ended.status == 0);
  CHECK(ended.out == "value.json: ok, no errors (2 nodes)\n");
  CHECK(ended.err.empty());
}

TEST_CASE("flowrun validate: a wrong graph is told with all its faults and their places") {
  const TempFolder folder;
  folder.write("wrong.json", R"({
  "format": 1,
  "name": "wrong",
  "nodes": {
    "make": { "type": "clitest.mak" },
    "write": { "type": "clitest.write", "inputs": { "volme": "other.volume" } }
  }
})");
  const Ended ended = run_flowrun(folder, {"validate", "wrong.json"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "wrong.json:5:"));
  CHECK(contains(ended.err, "did you mean 'clitest.make'?"));
  CHECK(contains(ended.err, "wrong.json:6:"));
  CHECK(contains(ended.err, "did you mean 'volume'?"));
  CHECK(contains(ended.out, "wrong.json: wrong, "));
}

TEST_CASE("flowrun validate: a graph that takes packets of another one is checked by itself") {
  const TempFolder folder;
  const auto stage = [&](const char* type) {
    folder.write("stage.json", std::string(R"({ "format": 1, "name": "stage", "inputs": { "image": { "type": "flowrun.volume/1" } },
      "nodes": { "first": { "type": ")") + type + R"(", "inputs": { "volume": "image" } } },
      "outputs": { "value": "first.number" } })");
    return run_flowrun(folder, {"validate", "stage.json"});
  };
  const Ended right = stage("clitest.measure");
  CHECK_MESSAGE(right.status == 0, right.err);
  CHECK(right.out == "stage.json: ok, no errors (a stage of other graphs: it takes packets at 'image')\n");
  const Ended wrong = stage("clitest.write");
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "node 'first', parameter 'path' is missing"));
  CHECK_FALSE(contains(wrong.err, "graph/"));
  CHECK(run_flowrun(folder, {"validate", "stage.json", "--open"}).status == 2);
}

TEST_CASE("flowrun validate: a setting of an unknown parameter is a fault of the command line") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"validate", "value.json", "--set", "sufix=x"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "command line: error: "));
  CHECK(contains(ended.err, "did you mean 'suffix'?"));
}

TEST_CASE("flowrun validate: a file that is not there, and one that is not JSON") {
  const TempFolder folder;
  CHECK(run_flowrun(folder, {"validate", "none.json"}).status == 2);
  folder.write("text.json", "not json");
  const Ended ended = run_flowrun(folder, {"validate", "text.json"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "text.json:1:"));
}

TEST_CASE("flowrun: control characters of a file never reach the terminal") {
  const TempFolder folder;
  std::string graph = kValueGraph;
  graph.replace(graph.find("Writes a value"), 14, "red \\u001b[31m text");
  folder.write("red.json", graph);
  const Ended ended = run_flowrun(folder, {"describe", "red.json"});
  CHECK(contains(ended.out, "red \\x1b[31m text"));
  CHECK_FALSE(contains(ended.out, "\x1b"));
}

TEST_CASE("flowrun view: what is no output folder, and a case that is none, are refused with a sentence") {
  const TempFolder folder;
  CHECK(contains(run_flowrun(folder, {"view", "nowhere"}).err, "'nowhere' is no folder; give the output folder of a run"));
  folder.write("o/a.txt", "");
  CHECK(contains(run_flowrun(folder, {"view", "o"}).err, "'o' contains no records of cases"));
  folder.write("value.json", kValueGraph);
  REQUIRE(run_flowrun(folder, {"run", "value.json", "--out", "o"}).status == 0);
  const Ended ended = run_flowrun(folder, {"view", "o", "valu"});
  CHECK(ended.status != 0);
  CHECK(contains(ended.err, "no case of 'o' is 'valu'; did you mean 'value'?"));
}

TEST_CASE("flowrun run: --only takes the cases of a table of ratings") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,3\n");
  folder.write("ratings.tsv", "case\tparticipant_id\trating\na\tn/a\tpass\nb\tn/a\tfail\n");
  const auto run = [&](const std::string& only, const std::string& out) {
    return run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--only", only, "--out", out});
  };
  CHECK(run("@ratings.tsv:fail", "f").status == 0);
  CHECK(folder.has("f/flowrun/cases/b.json"));
  CHECK_FALSE(folder.has("f/flowrun/cases/a.json"));
  CHECK(run("@ratings.tsv", "all").status == 0);
  CHECK(folder.has("all/flowrun/cases/a.json"));
  CHECK_FALSE(folder.has("all/flowrun/cases/c.json"));
  CHECK(contains(run("@ratings.tsv:n/a", "n").err, "--only '@ratings.tsv:n/a' names no case"));
  CHECK(contains(run("@nothing.tsv:pass", "n").err, "nothing.tsv"));
  folder.write("no.tsv", "name\tvalue\na\t1\n");
  CHECK(contains(run("@no.tsv", "n").err, "needs a column 'case'"));
  folder.write("all.tsv", "case\n*\n");
  CHECK(contains(run("@all.tsv", "n").err, "'*' of that table is no name of a case"));
}
