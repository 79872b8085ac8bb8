// flowrun crossval after a change anywhere: it never shows the figures of before, and says why a step runs again.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "formula_plugin.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

/// Two cases with an image each; the trained file is read by the test, whose formula stands in a subgraph.
class Study {
 public:
  Study() {
    copy_formula_plugin(folder);
    folder.write("cases.csv", "case,value,image\na,1,a.img\nb,1,b.img\n");
    folder.write("a.img", "image of a");
    folder.write("b.img", "image of b");
    folder.write("train.json", R"({"format": 1, "name": "train", "inputs": {"value": {"type": "number"}, "image": {"type": "path"}},
      "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}", "file": "${image}"}},
        "all": {"type": "clitest.sum", "inputs": {"volumes": "make.volume"}, "params": {"path": "${out}/sum.txt"}}}})");
    write_part(1);
    folder.write("test.json", R"({"format": 1, "name": "test", "inputs": {"value": {"type": "number"}, "model": {"type": "path"}},
      "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}", "file": "${model}"}},
        "part": {"type": "graph:part.json", "inputs": {"volume": "make.volume"}},
        "write": {"type": "clitest.write", "inputs": {"volume": "part.volume"}, "params": {"path": "${out}/m.csv", "repeat": 2}}}})");
    folder.write("plan.json", R"({"format": 1, "name": "study", "measures": "${fold}/test/m.csv", "steps": [
      {"name": "train", "graph": "train.json", "cases": "train", "out": "models"},
      {"name": "test", "graph": "test.json", "cases": "test", "in": {"model": "${fold}/models/sum.txt"}}]})");
  }

  /// Multiplies once or twice.
  void write_part(int times) const {
    const std::string second = R"(, "second": {"type": "formula.multiply", "inputs": {"volume": "first.volume"}})";
    folder.write("part.json", R"({"format": 1, "inputs": {"volume": {"type": "flowrun.volume/1", "help": "h"}}, "outputs": {"volume": ")" +
                                  std::string(times > 1 ? "second" : "first") +
                                  R"(.volume"}, "nodes": {"first": {"type": "formula.multiply", "inputs": {"volume": "volume"}})" +
                                  (times > 1 ? second : "") + "}}");
  }

  Ended run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"crossval", "plan.json", "--cases", "cases.csv", "--out", "cv", "--plugin-path", "plugins"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  }

  TempFolder folder;
};

std::string again(const std::string& step, const std::string& why) {
  return "flowrun: fold a, step " + step + " runs again: " + why;
}

}  // namespace

TEST_CASE("flowrun crossval: nothing runs when nothing has changed") {
  const Study study;
  const Ended first = study.run();
  INFO(first.err);
  REQUIRE(first.status == 0);
  CHECK(contains(study.folder.read("cv/measures.csv"), "row,2\ncase,2\n"));
  const Ended second = study.run();
  CHECK(second.status == 0);
  for (const std::string step : {"a, step train", "a, step test", "b, step train", "b, step test"})
    CHECK(contains(second.err, "flowrun: fold " + step + ": done before\n"));
}

TEST_CASE("flowrun crossval: a change in a plugin, a subgraph, an image or a result runs its step again, with the reason") {
  const Study study;
  REQUIRE(study.run().status == 0);
  change_formula(study.folder, '3');
  Ended ended = study.run();
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "flowrun: fold a, step train: done before\n"));
  CHECK(contains(ended.err, again("test", "plugin 'formula' was built again (node 'part/first')\n")));
  CHECK(contains(study.folder.read("cv/measures.csv"), "row,3\ncase,3\n"));
  study.write_part(2);
  ended = study.run();
  CHECK(contains(ended.err, again("test", "node 'part/second' is new")));
  CHECK(contains(study.folder.read("cv/measures.csv"), "row,9\ncase,9\n"));
  study.folder.write("b.img", "another image of b");  // b trains the model that a is tested with
  CHECK(contains(study.run().err, again("train", "input 'image' changed\n")));
  study.folder.write("cv/a/models/sum.txt", "5.000000\n");
  ended = study.run();
  CHECK(contains(ended.err, "output 'sum.txt' is not as it was written"));
  CHECK(study.folder.read("cv/a/models/sum.txt") == "1.000000\n");
  study.folder.write("cv/a/test/m.csv", "9\n1\n");
  CHECK(contains(study.run().err, again("test", "output 'm.csv' is not as it was written\n")));
  CHECK(contains(study.folder.read("cv/measures.csv"), "row,9\ncase,9\n"));
  fs::remove(study.folder.path() / "cv/a/models/sum.txt");
  ended = study.run();
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "output 'sum.txt' is missing"));
  CHECK(study.run({"--quiet"}).err.empty());
}

TEST_CASE("flowrun crossval: a column to show that the measures do not have is a warning") {
  const Study study;
  std::string plan = study.folder.read("plan.json");
  plan.insert(plan.find("\"measures\""), "\"show\": [\"2\", \"dice\"], ");
  study.folder.write("plan.json", plan);
  const Ended ended = study.run();
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "warning: 'show' names 'dice', which is no column of the measures"));
  CHECK_FALSE(contains(ended.err, "'show' names '2'"));
}

TEST_CASE("flowrun crossval: a table of measures that no step writes is not shown") {
  const Study study;
  REQUIRE(study.run().status == 0);
  std::string graph = study.folder.read("test.json");
  graph.replace(graph.find("m.csv"), 5, "n.csv");
  study.folder.write("test.json", graph);
  const Ended ended = study.run();
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "fold a: no step has written '"));
  CHECK_FALSE(contains(ended.out, "mean"));
}

TEST_CASE("flowrun crossval --dry-run: every file that is missing is told, and nothing is written") {
  const Study study;
  fs::remove(study.folder.path() / "a.img");
  study.folder.write("cases.csv", "case,value,image\na,1,a.img\nb,1,gone/b.img\n");
  const Ended ended = study.run({"--dry-run"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "step 'train', case 'a', input 'image': the file 'a.img' does not exist"));
  CHECK(contains(ended.err, "step 'train', case 'b', input 'image': the file 'gone/b.img' does not exist"));
  CHECK_FALSE(study.folder.has("cv"));
  study.folder.write("a.img", "image of a");
  study.folder.write("gone/b.img", "image of b");
  CHECK(study.run({"--dry-run"}).status == 0);
}

TEST_CASE("flowrun crossval: names of cases, steps and folders lead nowhere but into --out") {
  const Study study;
  for (const std::string name : {"../../escaped", "/tmp/escaped", "a/b", "..", ".hidden", "-x", "=1+1", "measures.csv"}) {
    study.folder.write("cases.csv", "case,value,image\n" + name + ",1,a.img\nb,1,b.img\n");
    const Ended ended = study.run();
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "case '" + name + "'"));
  }
  CHECK_FALSE(study.folder.has("cv"));
  study.folder.write("cases.csv", "case,value,image\na,1,a.img\nb,1,b.img\n");
  const std::string plan = study.folder.read("plan.json");
  const auto refused = [&](const std::string& old_text, const std::string& new_text) {
    std::string changed = plan;
    changed.replace(changed.find(old_text), old_text.size(), new_text);
    study.folder.write("plan.json", changed);
    const Ended ended = study.run();
    CHECK(ended.status == 2);
    CHECK_FALSE(study.folder.has("cv/a/test"));
    return ended.err;
  };
  CHECK(contains(refused("\"models\"", "\"../../models\""), "step 'train': its 'out' is '../../models', which leads out of the fold's"));
  CHECK(contains(refused("\"models\"", "\"/tmp/models\""), "step 'train': its 'out' is '/tmp/models', which leads out of the fold's"));
  CHECK(contains(refused("${fold}/test/m.csv", "${fold}/../m.csv"), "which does not lie in the fold's folder"));
  study.folder.write("plan.json", plan);
  fs::create_directories(study.folder.path() / "elsewhere");
  fs::create_directories(study.folder.path() / "cv");
  fs::create_directory_symlink(study.folder.path() / "elsewhere", study.folder.path() / "cv/a");
  CHECK(contains(study.run().err, "the folder 'cv/a' of fold 'a' is a link or leads out of --out 'cv'"));
  CHECK(fs::is_empty(study.folder.path() / "elsewhere"));
}

TEST_CASE("flowrun crossval: a step that ran well and now fails leaves none of its older files, and what lies behind it is named as old") {
  const Study study;
  REQUIRE(study.run().status == 0);
  REQUIRE(study.folder.has("cv/a/test/m.csv"));
  const std::string old = study.folder.read("cv/a/models/sum.txt");
  study.folder.write("cases.csv", "case,value,image\na,-1,a.img\nb,-1,b.img\n");  // clitest.make refuses what is below 0
  const Ended failed = study.run();
  CHECK(failed.status == 1);
  CHECK_FALSE(study.folder.has("cv/measures.csv"));
  CHECK(study.folder.read("cv/a/models/sum.txt") != old);  // the sum over no case
  CHECK(study.folder.read("cv/a/models/flowrun/earlier/run/sum.txt") == old);
  CHECK(contains(failed.err, "flowrun: not reached, and as an earlier call left them (fold/step): a/test, b/train, b/test\n"));
}

TEST_CASE("flowrun crossval --quiet: what fails is named with its fold and step") {
  const Study study;
  study.folder.write("cases.csv", "case,value,image\na,-1,a.img\nb,-1,b.img\n");
  const Ended failed = study.run({"--quiet"});
  CHECK(failed.status == 1);
  CHECK(contains(failed.err, "flowrun: error: fold a, step train: case 'b': node 'make' (clitest.make, plugin clitest): the value is -1"));
  CHECK_FALSE(contains(failed.err, "error: case"));
}

TEST_CASE("flowrun crossval: a case under two names is refused, and a file of two folds is a warning") {
  const Study study;
  fs::create_directories(study.folder.path() / "c");
  study.folder.write("c/a.img", "image of a");
  for (const char* same : {"a.img", "./a.img", "c/a.img"}) {
    CAPTURE(same);
    study.folder.write("cases.csv", std::string("case,value,image\na,1,a.img\nb,1,b.img\ncopy,1,") + same + "\n");
    const Ended ended = study.run({"--dry-run"});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err,
                   "cases 'a' and 'copy' have the same files, so one would be tested by networks that were trained on it"));
  }
  study.folder.write("cases.csv",
                     "case,value,image\na,1,a.img\ncopy,1,a.img\n");  // one file in all rows tells no case from another
  CHECK(study.run({"--dry-run"}).status == 2);
  study.folder.write("cases.csv", "case,value,image,x-patient\na,1,a.img,p\nb,1,b.img,q\ncopy,1,a.img,p\n");
  const Ended together = study.run({"--dry-run", "--together", "x-patient"});
  CHECK(together.status == 0);
  CHECK(contains(together.out, "p: trains on 1 case, tests a, copy"));
  CHECK(contains(together.out, "q: trains on 2 cases, tests b"));
}

TEST_CASE("flowrun crossval --together: the cases of a value are in one fold") {
  const Study study;
  std::string rows = "case,value,image,patient\n";
  for (const char* name : {"a1", "b1", "a2", "c1", "b2"}) {
    study.folder.write(std::string(name) + ".img", name);
    rows += std::string(name) + ",1," + name + ".img," + name[0] + "\n";
  }
  study.folder.write("cases.csv", rows);
  const Ended ended = study.run({"--dry-run", "--together", "patient", "--folds", "2"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "fold_1: trains on 2 cases, tests a1, a2, c1"));
  CHECK(contains(ended.out, "fold_2: trains on 3 cases, tests b1, b2"));
  CHECK(contains(study.run({"--dry-run"}).err, "column 'patient' is used by no step"));
  const Ended many = study.run({"--dry-run", "--together", "patient", "--folds", "4"});
  CHECK(contains(many.err, "the table has 3 values in column 'patient'; 4 folds need at least 4"));
  CHECK(contains(study.run({"--dry-run", "--together", "patients"}).err,
                 "--together: the table has no column 'patients'; did you mean 'patient'?"));
  study.folder.write("cases.csv", "case,value,image,patient\na1,1,a1.img,../up\nb1,1,b1.img,\nc1,1,c1.img,x\n");
  const Ended odd = study.run({"--dry-run", "--together", "patient"});
  CHECK(odd.status == 2);
  CHECK(contains(odd.err, "case 'a1', column 'patient', which --together names: "));
  CHECK(contains(odd.err, "case 'b1', column 'patient', which --together names: it is empty"));
}

TEST_CASE("flowrun crossval: a file that two folds have in common is a warning") {
  const Study study;
  study.folder.write("train.json",
                     R"({"format": 1, "name": "train", "inputs": {"value": {"type": "number"}, "image": {"type": "path"},
      "other": {"type": "path"}}, "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}", "file": "${image}"}},
        "more": {"type": "clitest.make", "params": {"value": "${value}", "file": "${other}"}},
        "all": {"type": "clitest.sum", "inputs": {"volumes": "make.volume"}, "params": {"path": "${out}/sum.txt"}}}})");
  study.folder.write("t1.img", "one T1");
  study.folder.write("t2.img", "another");
  study.folder.write("c.img", "image of c");
  study.folder.write("cases.csv", "case,value,image,other\na,1,a.img,t1.img\nb,1,b.img,t2.img\nc,1,c.img,t1.img\n");
  const Ended ended = study.run({"--dry-run"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.err, "cases 'a' and 'c' have the same file in column 'other'"));
  CHECK(contains(ended.err, "--together"));
}
