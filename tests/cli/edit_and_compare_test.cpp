// What people do with kept results: parts of a graph, sweeps, comparisons, runs that follow edits.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "kept_setting.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

using Setting = KeptSetting;
using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("flowrun run --until and --keep: a part of the graph, and its results as files") {
  const Setting setting;
  const Ended until = setting.run({"--until", "times"}, "u");
  CHECK_MESSAGE(until.status == 0, until.err);
  CHECK_FALSE(setting.folder.has("u/a.txt"));
  CHECK(contains(until.out, "kept until times: 1 of 1 case done"));
  const Ended unknown = setting.run({"--until", "tims"});
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "--until tims: the graph has no node 'tims'; did you mean 'times'?"));
  CHECK(contains(setting.run({"--keep", "times.mask"}).err,
                 "--keep times.mask: node 'times' (formula.multiply) has no output 'mask'; it has volume"));
  CHECK(contains(setting.run({"--keep", "times"}).err, "--keep times: name the output too, as NODE.PORT; it has volume"));
  CHECK(contains(setting.run({"--keep", "times.volume=x_${name}.nii"}).err, "may contain ${case} and ${out}"));
}

TEST_CASE("flowrun compare --mask: of two masks only the one that its node wrote is measured with the reference" *
          doctest::test_suite("needs plugins")) {
  for (const char* plugin : {"phantom.so", "segment.so", "io.so"})
    if (!std::filesystem::exists(std::filesystem::path(FLOWRUN_TEST_PLUGINS) / plugin))
      return could_not_run("the plugins phantom, segment and io are not built");
  const TempFolder folder;
  folder.write("two.json", R"({ "format": 1, "name": "two",
    "parameters": { "above": { "type": "number", "default": 1.0 } },
    "nodes": {
      "head": { "type": "phantom.head", "params": { "size": [16, 16, 16], "spacing": [10, 10, 10] } },
      "bright": { "type": "segment.threshold", "inputs": { "volume": "head.flair" }, "params": { "above": "${above}" } },
      "write_bright": { "type": "io.write_mask", "inputs": { "mask": "bright.mask" }, "params": { "path": "${out}/${case}_bright.nii" } },
      "write_lesions": { "type": "io.write_mask", "inputs": { "mask": "head.lesions" }, "params": { "path": "${out}/${case}.nii" } },
      "write_structures": {
        "type": "io.write_labels", "inputs": { "labels": "head.structures" }, "params": { "path": "${out}/${case}_structures.nii" } }
    } })");
  for (const char* above : {"50", "60"}) {
    const Ended ran = run_flowrun(folder, {"run", "two.json", "--out", above, "--set", std::string("above=") + above});
    REQUIRE_MESSAGE(ran.status == 0, ran.err);
  }
  const auto compare = [&](const char* mask) {
    return run_flowrun(folder, {"compare", "50", "60", "--reference", "50/{case}.nii", "--mask", mask});
  };
  const Ended one = compare("write_lesions");
  CHECK_MESSAGE(one.status == 0, one.err);
  CHECK(contains(one.out, "write_lesions.path"));
  CHECK_FALSE(contains(one.out, "write_bright.path"));
  const Ended unknown = compare("lesions");
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "wrote a mask in both runs; those that did: write_bright, write_lesions, write_structures"));
  const auto all = [&] { return run_flowrun(folder, {"compare", "50", "60"}).out; };
  CHECK(contains(all(), "write_structures.path (mean of its labels)"));
  CHECK(contains(all(), "1 (same file)"));
  std::filesystem::copy_file(folder.path() / "60/two_bright.nii", folder.path() / "60/two.nii",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(contains(all(), "two: write_lesions.path of B is not what the run wrote: '60/two.nii' was changed or removed since"));
  const std::string lesions = folder.read("50/two.nii");
  for (const char* option : {"--csv", "--page"})
    CHECK(run_flowrun(folder, {"compare", "50", "60", option, "50/two.nii"}).status == 2);
  CHECK((folder.read("50/two.nii") == lesions));
  for (int again = 0; again < 2; ++again)  // of its own files an earlier one is replaced
    CHECK(run_flowrun(folder, {"compare", "50", "60", "--csv", "c.csv", "--page", "c.html"}).status == 0);
}

TEST_CASE("flowrun run -: a graph from the standard input") {
  const Setting setting;
  const Ended nothing = run_flowrun(setting.folder, {"run", "-", "--out", "o"});  // whose standard input is empty
  CHECK(nothing.status == 2);
  CHECK(contains(nothing.err, "standard input"));
}

TEST_CASE("flowrun run --sweep: a folder for each combination, one table, what is shared computed once") {
  const Setting setting;
  const Ended swept = setting.run({"--sweep", "repeat=1,2,3"}, "s");
  CHECK_MESSAGE(swept.status == 0, swept.err);
  CHECK(setting.folder.read("s/repeat=1/a.txt") == "14\n");
  CHECK(setting.folder.read("s/repeat=3/a.txt") == "14\n14\n14\n");
  const std::string table = setting.folder.read("s/sweep.csv");
  CHECK(table.substr(0, table.find('\n')) == "case,repeat,status,reason,seconds,folder,value,read.value,of_number.value");
  CHECK(contains(table, "\na,2,done,,"));
  CHECK(contains(setting.folder.read("s/sweep.html"), "repeat%3D3/report.html"));
  CHECK(contains(swept.out, "kept results: 4 of 5 nodes did not run"));
  CHECK(contains(setting.run({"--sweep", "repeat=1,2", "--set", "repeat=3"}, "w").err, "--sweep and --set both give 'repeat'"));
  for (const std::string& wrong : Words{"repeat", "repeat=1,,2", "repeat=1,1", "repeat=1,1.0", "=1"})
    CHECK(setting.run({"--sweep", wrong}, "w").status == 2);
  const Ended unknown = setting.run({"--sweep", "repeats=1,2"}, "w");
  CHECK(unknown.status == 2);
  CHECK_FALSE(setting.folder.has("w"));
}

TEST_CASE("flowrun compare: what differs between two runs, and their figures side by side") {
  const Setting setting;
  CHECK(setting.run().status == 0);
  CHECK(setting.run({"--in", "value=5"}, "p").status == 0);
  const Ended compared = run_flowrun(setting.folder, {"compare", "o", "p", "--csv", "c.csv"});
  CHECK_MESSAGE(compared.status == 0, compared.err);
  CHECK(contains(compared.out, "1 case in both"));
  CHECK(contains(compared.out, "input 'value' changed from 7 to 5"));
  CHECK(contains(compared.out, "read.value"));
  CHECK(contains(setting.folder.read("c.csv"), "a,figure,read.value,7,5,-2\n"));
  CHECK(run_flowrun(setting.folder, {"compare", "o", "p", "--page", "c.html"}).status == 0);
  const std::string page = setting.folder.read("c.html");
  CHECK(contains(page, "input 'value' changed from 7 to 5"));
  CHECK(contains(page, "Content-Security-Policy"));
  CHECK(contains(run_flowrun(setting.folder, {"compare", "o", "o"}).out, "CHANGES (from A to B)\n  none\n"));
  CHECK(run_flowrun(setting.folder, {"compare", "o", "kept"}).status == 2);
  CHECK(run_flowrun(setting.folder, {"compare", "o", "p", "--reference", "mask.nii"}).status == 2);
  const Words other_name{"run", "kept.json", "--in", "image=image.txt", "--case-name", "b", "--out", "other", "--plugin-path", "plugins"};
  CHECK(run_flowrun(setting.folder, other_name).status == 0);
  const Ended no_case = run_flowrun(setting.folder, {"compare", "o", "other"});
  CHECK(no_case.status == 2);
  CHECK(contains(no_case.err, "no case is in both runs, so nothing can be compared: A has 'a', B has 'b'; give the cases"));
  const Ended without_masks = run_flowrun(setting.folder, {"compare", "o", "p", "--mask", "write"});
  CHECK(without_masks.status == 2);
  CHECK(contains(without_masks.err, "--mask write: no node of this name wrote a mask in both runs; those that did: none"));
  setting.folder.write("image.txt", "image 2\n");
  CHECK(setting.run({}, "q").status == 0);
  CHECK(contains(run_flowrun(setting.folder, {"compare", "o", "q"}).out, "input 'image' has other content"));
}

TEST_CASE("flowrun watch: runs again when the graph is saved; a faulty graph is said, and the last results stay") {
  const Setting setting;
  FlowrunProcess watch(setting.folder, {"watch", "kept.json", "--in", "image=image.txt", "--case-name", "a", "--out", "o",
                                        "--plugin-path", "plugins", "--cache", "kept"});
  REQUIRE(watch.wait_for_message("done; watching"));
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  std::string graph = kKeptGraph;
  graph.replace(graph.find("\"default\": 1 "), 13, "\"default\": 2 ");
  setting.folder.write("kept.json", graph.substr(0, graph.size() / 2));
  REQUIRE(watch.wait_for_message("the last good results stay (exit status 2)"));
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  setting.folder.write("kept.json", graph);
  for (int i = 0; i < 600 && setting.folder.read("o/a.txt") != "14\n14\n"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(setting.folder.read("o/a.txt") == "14\n14\n");
  watch.send(SIGTERM);
  watch.end();
  CHECK(run_flowrun(setting.folder, {"watch"}).status == 2);
  CHECK(run_flowrun(setting.folder, {"watch", "-"}).status == 2);
}

TEST_CASE("flowrun run --exclude: all cases but these") {
  const Setting setting;
  setting.folder.write("cases.csv", "case,image\na,image.txt\nb1,image.txt\nb2,image.txt\n");
  setting.folder.write("ratings.tsv", "case\trating\na\tfail\nb1\tpass\n");
  const auto run = [&](const Words& more) {
    Words words{"run", "kept.json", "--cases", "cases.csv", "--out", "o", "--plugin-path", "plugins"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(setting.folder, words);
  };
  CHECK(contains(run({"--exclude", "a"}).out, "2 of 2 cases done"));
  CHECK(contains(run({"--only", "b*", "--exclude", "b2"}).out, "1 of 1 case done"));
  CHECK(contains(run({"--exclude", "@ratings.tsv:fail"}).out, "2 of 2 cases done"));
  const Ended wrong = run({"--exclude", "c"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "--exclude 'c' fits no case"));
}

TEST_CASE("flowrun run: a column of which no case has the figure is said") {
  const Setting setting;
  std::string graph = kKeptGraph;
  graph.replace(graph.find("read.value\" }\n"), 10, "read.valeu");
  setting.folder.write("kept.json", graph);
  const Ended ended = setting.run();
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "column 'value' is empty: no case that is done reported 'read.valeu'"));
  CHECK_FALSE(contains(Setting().run().err, "column"));
}
