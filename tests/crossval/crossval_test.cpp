#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "flowrun/testing/node_runner.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const std::string kGraphs = FLOWRUN_SOURCE_DIR "/graphs";
const std::string kPlan = kGraphs + "/msseg2016/crossval.plan.json";

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "flowrun_crossval_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return file(name);
  }
  fs::path path;
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Ended {
  int status = -1;
  std::string text;  ///< both outputs
};

Ended flowrun(const std::string& arguments) {
  Ended ended;
  FILE* pipe =
      popen((std::string(FLOWRUN_EXECUTABLE) + " " + arguments + " --plugin-path " FLOWRUN_TEST_PLUGINS " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; pipe && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ended.text.append(buffer, n);
  if (pipe) ended.status = WEXITSTATUS(pclose(pipe));
  return ended;
}

std::string missing_plugin() {
  for (const char* type :
       {"phantom.head", "io.read_volume", "cnn.dense_inference", "train.fit", "evaluate.overlap", "view.montage"})
    if (!found_plugins().find(type)) return type;
  return "";
}

/// Four phantoms with many things that are bright in FLAIR and no lesions, and the table that names their files.
std::string make_cases(const Folder& folder, const std::string& size, const std::string& lesions) {
  const std::string seeds = folder.write("seeds.csv", "case,seed\na,1\nb,2\nc,3\nd,4\n");
  const Ended made =
      flowrun("run " + kGraphs + "/phantom_cases.json --cases " + seeds + " --set size=" + size +
              " --set spacing=2,2,2 --set head.fakes=200 --set lesions=" + lesions + " --quiet --out " + folder.file("data"));
  REQUIRE_MESSAGE(made.status == 0, made.text);
  std::string table = "case,flair,pd,t2,t1,lesions\n";
  for (const std::string name : {"a", "b", "c", "d"}) {
    table += name;
    for (const std::string image : {"flair", "pd", "t2", "t1", "lesions"}) table += ",data/" + name + "_" + image + ".nii.gz";
    table += "\n";
  }
  return folder.write("cases.csv", table);
}

/// Settings that train a small network in seconds.
std::string quick(const std::string& epochs) {
  std::string text = " --set segment.candidate_threshold=0.5 --set segment.smallest_lesion=0";
  for (const std::string step : {"initial", "final"})
    for (const std::string& setting :
         {"network=" + kGraphs + "/models/networks/small.json", std::string("patch=11,11,11"), std::string("batch=64"),
          std::string("learning_rate=0.002"), std::string("candidate_threshold=0.5"), std::string("most_positives=400"),
          "epochs=" + epochs})
      text += " --set " + step + "." + setting;
  return text;
}

/// The mean of a measure in a table as evaluate.summary and crossval write it.
double mean_of(const std::string& csv, const std::string& measure) {
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  const auto cells = [](const std::string& text) {
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string cell; std::getline(stream, cell, ',');) found.push_back(cell);
    return found;
  };
  const auto header = cells(line);
  const auto column = std::find(header.begin(), header.end(), measure) - header.begin();
  while (std::getline(lines, line))
    if (line.rfind("mean,", 0) == 0) return std::stod(cells(line).at(static_cast<std::size_t>(column)));
  return -1;
}

/// The best mean Dice that one threshold of the FLAIR reaches over the same cases: chosen on them, so it is favoured.
double best_threshold_dice(const Folder& folder) {
  const std::string graph = folder.write("threshold.json", R"({
    "format": 1, "parameters": { "above": { "type": "number" } },
    "inputs": { "flair": { "type": "path" }, "lesions": { "type": "path" } },
    "nodes": {
      "flair": { "type": "io.read_volume", "params": { "path": "${flair}" } },
      "lesions": { "type": "io.read_mask", "params": { "path": "${lesions}" } },
      "norm": { "type": "intensity.normalise", "inputs": { "volume": "flair.volume" } },
      "above": { "type": "segment.threshold", "inputs": { "volume": "norm.volume" }, "params": { "above": "${above}" } },
      "overlap": { "type": "evaluate.overlap", "inputs": { "found": "above.mask", "reference": "lesions.mask" } },
      "summary": { "type": "evaluate.summary", "inputs": { "rows": "overlap.table" }, "params": { "csv": "${out}/measures.csv" } } } })");
  std::string table = "case,flair,lesions\n";
  for (const std::string name : {"a", "b", "c", "d"})
    table += name + ",data/" + name + "_flair.nii.gz,data/" + name + "_lesions.nii.gz\n";
  const std::string cases = folder.write("flair.csv", table);
  double best = 0;
  for (const char* above : {"1.4", "1.6", "1.8", "2.0", "2.2", "2.6"}) {
    const Ended run =
        flowrun("run " + graph + " --cases " + cases + " --quiet --set above=" + above + " --out " + folder.file("threshold"));
    REQUIRE_MESSAGE(run.status == 0, run.text);
    best = std::max(best, mean_of(text_of(folder.path / "threshold" / "measures.csv"), "dice"));
  }
  return best;
}

TEST_CASE("crossval: four phantoms, each segmented by networks that never saw it, clearly better than a FLAIR threshold" *
          doctest::test_suite("needs plugins")) {
  if (const std::string missing = missing_plugin(); !missing.empty())
    return flowrun::testing::could_not_run("this build has no " + missing);
  const Folder folder;
  const std::string cases = make_cases(folder, "64,76,64", "40");
  const auto begin = std::chrono::steady_clock::now();
  const Ended run = flowrun("crossval " + kPlan + " --cases " + cases + " --quiet --out " + folder.file("out") + quick("6"));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  REQUIRE_MESSAGE(run.status == 0, run.text);
  const std::string measures = text_of(folder.path / "out" / "measures.csv");
  CHECK(std::count(measures.begin(), measures.end(), '\n') == 1 + 4 + 3);
  const double cascade = mean_of(measures, "dice"), threshold = best_threshold_dice(folder);
  MESSAGE("mean Dice of 4 cases: cascade " << cascade << ", best FLAIR threshold " << threshold << "; " << seconds << " s");
  CHECK(cascade > threshold + 0.2);
  for (const char* part : {"case ", "dice", "lesion_f1", "\n  a ", "\n  d ", "\n  mean "}) CHECK(contains(run.text, part));
}

TEST_CASE("crossval: goes on where it was, and does again what has changed and what follows it" *
          doctest::test_suite("needs plugins")) {
  if (const std::string missing = missing_plugin(); !missing.empty())
    return flowrun::testing::could_not_run("this build has no " + missing);
  const Folder folder;
  const std::string command =
      "crossval " + kPlan + " --folds 2 --cases " + make_cases(folder, "40,44,40", "30") + " --out " + folder.file("out");
  const Ended first = flowrun(command + quick("1"));
  REQUIRE_MESSAGE(first.status == 0, first.text);
  CHECK(contains(first.text, "flowrun: fold fold_2, step evaluate\n"));
  const std::string measures = text_of(folder.path / "out" / "measures.csv");
  fs::remove(folder.path / "out" / "fold_2" / "segment.done");  // as if it had been interrupted there
  const Ended second = flowrun(command + quick("1"));
  REQUIRE_MESSAGE(second.status == 0, second.text);
  CHECK(contains(second.text, "flowrun: fold fold_1, step evaluate: done before\n"));
  CHECK(contains(second.text, "flowrun: fold fold_2, step final: done before\n"));
  CHECK(contains(second.text, "flowrun: fold fold_2, step segment\n"));
  CHECK(contains(second.text, "flowrun: fold fold_2, step evaluate\n"));
  CHECK(text_of(folder.path / "out" / "measures.csv") == measures);
  // with other settings the step trains from the beginning: the checkpoint of before is put aside
  const Ended third = flowrun(command + quick("1") + " --set final.seed=2");
  REQUIRE_MESSAGE(third.status == 0, third.text);
  CHECK(contains(third.text, "so the training starts from the beginning"));
  CHECK(contains(third.text, "flowrun: fold fold_1, step initial: done before\n"));
  CHECK(contains(third.text, "flowrun: fold fold_1, step evaluate\n"));
}

TEST_CASE("crossval: a failing step ends it with the fold and the step" * doctest::test_suite("needs plugins")) {
  if (const std::string missing = missing_plugin(); !missing.empty())
    return flowrun::testing::could_not_run("this build has no " + missing);
  const Folder folder;
  const std::string cases = make_cases(folder, "40,44,40", "0");  // no lesions: nothing to train on
  const Ended run = flowrun("crossval " + kPlan + " --quiet --cases " + cases + " --out " + folder.file("out") + quick("1"));
  CHECK(run.status == 1);
  CHECK(contains(run.text, "no case has samples to train on"));
  CHECK(contains(run.text,
                 "flowrun: fold a, step initial failed; when the cause is corrected, the same command continues there\n"));
}

TEST_CASE("crossval: what is wrong with a plan, its table or its settings is said with its place before anything runs") {
  const Folder folder;
  const std::string graph = folder.write("graph.json", R"({"format": 1, "inputs": {"image": {"type": "string"}}, "parameters": {
    "seed": {"type": "integer", "default": 1}}, "nodes": {"a": {"type": "phantom.head", "params": {"seed": "${seed}"}}}})");
  const std::string table = folder.write("t.csv", "case,image\na,x\nb,y\n");
  const auto error = [&](const std::string& plan, const std::string& more = "") {
    const Ended run = flowrun("crossval " + folder.write("plan.json", plan) + " --dry-run --cases " + table + " " + more);
    CHECK(run.status == 2);
    CHECK(contains(run.text, "flowrun: nothing was run: "));
    return run.text;
  };
  const auto steps = [](const std::string& step) { return R"({"format": 1, "measures": "m.csv", "steps": [)" + step + "]}"; };
  CHECK(contains(error("{"), "plan.json:1:"));
  CHECK(contains(error("{}"), "plan.json:1:1: error: the plan: 'format' takes 1, found none"));
  CHECK(contains(error(R"({"format": 1, "measures": "m"})"), "the plan: it needs 'steps', a list of graph runs"));
  CHECK(contains(error(steps(R"({"name": "a", "graph": "graph.json", "cases": "tests"})")),
                 "step 1: 'cases' takes train or test; did you mean 'test'?"));
  CHECK(contains(error(steps(R"({"name": "a", "graph": "none.json", "cases": "test"})")),
                 "none.json: error: the file does not exist"));
  CHECK(contains(error(steps(R"({"name": "a", "graph": "graph.json", "cases": "test", "in": {"imag": "1"}})")),
                 "step 'a': its graph has no input 'imag'; did you mean 'image'?"));
  CHECK(contains(error(steps(R"({"name": "a", "graph": "graph.json", "cases": "test", "set": {"seed": "${fol}"}})")),
                 "'${fol}' names 'fol', which is neither known here nor a column of the table; did you mean 'fold'?"));
  CHECK(contains(error(steps(R"({"name": "a", "graph": "graph.json", "cases": "test", "sets": {}})")), "did you mean 'set'?"));
  const std::string good = steps(R"({"name": "a", "graph": "graph.json", "cases": "test"})");
  CHECK(contains(error(good, "--set b.seed=1"), "--set b.seed: the plan has no step 'b'; write --set STEP.NAME=VALUE"));
  CHECK(contains(error(good, "--folds 5"), "the table has 2 cases; 5 folds need at least 5"));
  CHECK(contains(error(good, "--folds one"), "--folds takes a whole number of at least 2, not 'one'"));
  folder.write("t.csv", "case,image\na,x\na,y\n");
  CHECK(contains(error(good), "t.csv:3:1: error: case 'a' is in the table twice"));
}

TEST_CASE("crossval: a column that a step needs and the table lacks is said before anything runs, with who needs it" *
          doctest::test_suite("needs plugins")) {
  if (!found_plugins().find("phantom.head")) return flowrun::testing::could_not_run("this build has no phantom.head");
  const Folder folder;
  folder.write("graph.json", R"({"format": 1, "name": "g", "inputs": {
    "third": {"type": "string"}, "found": {"type": "string"}, "maybe": {"type": "string", "required": false},
    "size": {"type": "integer", "default": 1}}, "nodes": {"a": {"type": "phantom.head"}}})");
  const std::string plan = folder.write("plan.json", R"({"format": 1, "name": "p", "measures": "${fold}/m.csv", "steps": [
    {"name": "one", "graph": "graph.json", "cases": "train", "in": {"found": "${fold}/${case}_${tissues}"}},
    {"name": "two", "graph": "graph.json", "cases": "test", "in": {"found": "x"}}]})");
  const auto flowrun_with = [&](const std::string& table, const std::string& more) {
    return flowrun("crossval " + plan + " --cases " + folder.write("mine.csv", table) + " --out " + folder.file("out") + more);
  };
  const auto refused = [&](const std::string& table) {
    for (const char* more : {"", " --dry-run"}) CHECK(flowrun_with(table, more).status == 2);
    CHECK_FALSE(fs::exists(folder.path / "out"));
    return flowrun_with(table, " --dry-run").text;
  };
  CHECK(flowrun_with("case,third,tissues,x-note\na,1,2,\nb,1,2,\n", " --dry-run").status == 0);
  CHECK(flowrun_with("case,third,tissues,maybe,size\na,1,2,,\nb,1,2,,\n", " --dry-run").status == 0);
  const std::string misspelt = refused("# heads\ncase,thrid,tissues\na,1,2\nb,1,2\n");
  CHECK(contains(misspelt, "mine.csv:2:1: error: the table has no column 'third', needed by step 'one' (graph 'g') and step "
                           "'two' (graph 'g'); it has 'thrid'; did you mean 'third'?"));
  CHECK_FALSE(contains(misspelt, "column 'thrid' is used by no step"));
  CHECK(contains(refused("case,third\na,1\nb,1\n"),
                 "the table has no column 'tissues', needed by 'in' of step 'one' for input 'found'"));
  CHECK(contains(refused("case,third,tissues,mabye\na,1,2,3\nb,1,2,3\n"),
                 "column 'mabye' is used by no step of plan 'p'; did you mean 'maybe'? (a column that flowrun is to leave alone "
                 "is named x-...)"));
  CHECK(contains(refused("case,third,tissues,found\na,1,2,3\nb,1,2,3\n"),
                 "column 'found' is used by no step of plan 'p', whose steps give this input themselves"));
  CHECK(contains(refused("case,third,tissues\na,,2\nb,1,2\n"),
                 "case 'a' has no value in column 'third', which step 'one' (graph 'g') needs"));
}

}  // namespace
}  // namespace flowrun::testing
