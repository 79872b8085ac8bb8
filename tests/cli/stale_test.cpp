// What --resume must not take for unchanged.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "flowrun_process.h"
#include "formula_plugin.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Replaces a file's content by one of the same size, and gives it the time that it had.
void forge(const TempFolder& folder, const std::string& name, const std::string& text) {
  const fs::path file = folder.path() / name;
  struct stat before {};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  REQUIRE(static_cast<std::size_t>(before.st_size) == text.size());
  folder.write(name, text);
  const timespec times[] = {before.st_atim, before.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

Ended run_file(const TempFolder& folder, const std::string& image, const Words& more = {"--resume"}) {
  Words words{"run", "file.json", "--in", "image=" + image, "--case-name", "a", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

std::string without(std::string text, const std::string& begin, const std::string& end) {
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin))
    text.erase(at, text.find(end, at + begin.size()) + end.size() - at);
  return text;
}

}  // namespace

TEST_CASE("flowrun run --resume: a plugin that was built again with another formula runs its cases again, and is named with its node") {
  const TempFolder folder;
  folder.write("formula.json", kFormulaGraph);
  copy_formula_plugin(folder);
  const Words words{"run", "formula.json", "--case-name", "a", "--out", "o", "--resume", "--plugin-path", "plugins"};
  CHECK(run_flowrun(folder, words).status == 0);
  CHECK(folder.read("o/a.txt") == "14\n");
  CHECK(contains(run_flowrun(folder, words).out, "nothing to run"));
  change_formula(folder, '3');
  const Ended again = run_flowrun(folder, words);
  CHECK(contains(again.err, "  runs again: a\n    plugin 'formula' was built again (node 'times')\n"));
  CHECK(folder.read("o/a.txt") == "21\n");
  CHECK(contains(run_flowrun(folder, words).out, "nothing to run"));
}

TEST_CASE("flowrun run --resume: a record of an older flowrun, without hashes of plugins, is not taken for unchanged") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Words words{"run", "value.json", "--case-name", "a", "--out", "o", "--resume"};
  CHECK(run_flowrun(folder, words).status == 0);
  std::string record = folder.read("o/flowrun/cases/a.json");
  record = without(record, "\"plugin_sha256\": \"", "\",");
  record = without(record, "\"flowrun\": \"", "\",");
  REQUIRE_FALSE(contains(record, "plugin_sha256"));
  const std::size_t hash = record.rfind("\"sha256\"", record.find("\"nodes\""));
  record.replace(record.find(": \"", hash) + 3, 4, "0000");  // the graph's: it was made without them
  folder.write("o/flowrun/cases/a.json", record);
  const Ended again = run_flowrun(folder, words);
  CHECK(contains(again.err, "the record does not say which build of plugin 'clitest' made the result (nodes 'make', 'write'): an "
                            "older flowrun wrote it; flowrun (an older one) -> "));
}

TEST_CASE("flowrun run --resume: a file that was replaced by one of its size and time is seen") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  folder.write("a.img", "one");
  CHECK(run_file(folder, "a.img").status == 0);
  CHECK(contains(run_file(folder, "a.img").out, "nothing to run"));
  forge(folder, "a.img", "two");
  CHECK(contains(run_file(folder, "a.img").err, "    input 'image' changed\n"));
  forge(folder, "o/a.txt", "9\n");
  CHECK(contains(run_file(folder, "a.img").err, "    output 'a.txt' is not as it was written\n"));
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK(contains(run_file(folder, "a.img").out, "nothing to run"));
}

TEST_CASE("flowrun run --resume: of a header its data, of a folder all files in it are looked at") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  const auto changes = [&](const std::string& image, const std::string& file) {
    CHECK(run_file(folder, image, {}).status == 0);
    CHECK(contains(run_file(folder, image).out, "nothing to run"));
    folder.write(file, "other voxels");
    return contains(run_file(folder, image).err, "    input 'image' changed\n");
  };
  folder.write("m.mhd", "ObjectType = Image\nNDims = 3\nElementDataFile = sub/m.raw\n");
  folder.write("sub/m.raw", "voxels");
  CHECK(changes("m.mhd", "sub/m.raw"));
  folder.write("l.mhd", "ObjectType = Image\nNDims = 3\nElementDataFile = LIST\nl1.raw\nl2.raw\n");
  folder.write("l1.raw", "voxels");
  folder.write("l2.raw", "voxels");
  CHECK(changes("l.mhd", "l2.raw"));
  folder.write("p.mhd", "NDims = 3\nElementDataFile = p%02d.raw 1 2 1\n");
  folder.write("p02.raw", "voxels");
  CHECK(changes("p.mhd", "p02.raw"));
  folder.write("n.nhdr", "NRRD0004\ntype: short\ndata file: n.raw\n\n");
  folder.write("n.raw", "voxels");
  CHECK(changes("n.nhdr", "n.raw"));
  folder.write("h.hdr", "a header");
  folder.write("h.img", "voxels");
  CHECK(changes("h.hdr", "h.img"));
  folder.write("dicom/1.dcm", "slice");
  CHECK(changes("dicom", "dicom/2.dcm"));
  CHECK(changes("dicom", "dicom/deeper/1.dcm"));
  fs::remove(folder.path() / "dicom/1.dcm");
  CHECK(contains(run_file(folder, "dicom").err, "    input 'image' changed\n"));
  fs::rename(folder.path() / "dicom/2.dcm", folder.path() / "dicom/3.dcm");
  CHECK(contains(run_file(folder, "dicom").err, "    input 'image' changed\n"));
}

TEST_CASE("flowrun run --resume: a pipe as an input is not waited for") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  folder.write("a.img", "one");
  CHECK(run_file(folder, "a.img").status == 0);
  fs::remove(folder.path() / "a.img");
  REQUIRE(::mkfifo((folder.path() / "a.img").c_str(), 0600) == 0);
  const Ended look = run_file(folder, "a.img", {"--resume", "--dry-run"});
  if (look.status == 0) CHECK(contains(look.err, "input 'image' changed"));
  else CHECK(look.status == 2);
}

TEST_CASE("flowrun run --resume: --device is part of what a case was made with") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Words words{"run", "value.json", "--case-name", "a", "--out", "o", "--resume"};
  CHECK(run_flowrun(folder, words).status == 0);
  Words on_cpu = words;
  on_cpu.insert(on_cpu.end(), {"--device", "cpu"});
  CHECK(contains(run_flowrun(folder, on_cpu).err, "parameter 'run.device' of node 'make' is new (cpu)"));
  CHECK(contains(run_flowrun(folder, on_cpu).out, "nothing to run"));
}

TEST_CASE("flowrun run --resume: what a killed run left undone for the whole run is not taken from the run before") {
  const TempFolder folder;
  folder.write("gather.json", kGatherGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  folder.write("o/fit.release", "");
  const Words words{"run", "gather.json", "--cases", "cases.csv", "--out", "o"};
  REQUIRE(run_flowrun(folder, words).status == 0);
  fs::remove(folder.path() / "o/fit.release");
  fs::remove(folder.path() / "o/fit.begun");
  folder.write("cases.csv", "case,value\na,3\nb,4\n");
  FlowrunProcess killed(folder, words);
  REQUIRE(wait_for_file(folder.path() / "o/fit.begun"));  // both cases are done, and their records say so
  killed.send(SIGKILL);
  killed.end();
  folder.write("o/fit.release", "");
  Words resume = words;
  resume.push_back("--resume");
  const Ended again = run_flowrun(folder, resume);
  CHECK(again.status == 0);
  CHECK(contains(again.err, "so the graph runs for all of them (the last run did not end)"));
  CHECK_FALSE(contains(again.err, "is not a "));
  CHECK(contains(run_flowrun(folder, resume).out, "nothing to run"));
}

TEST_CASE("flowrun run: two graphs in one output folder keep their records, tables and pages, and each resumes") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("sum.json", kSumGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  const auto run = [&](const std::string& graph, const Words& more = {}) {
    Words words{"run", graph, "--cases", "cases.csv", "--out", "o"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  };
  REQUIRE(run("value.json").status == 0);
  const std::string record = folder.read("o/flowrun/cases/a.json"), table = folder.read("o/cases.csv"),
                    of_run = folder.read("o/flowrun-run.json");
  const Ended second = run("sum.json");
  CHECK(second.status == 0);
  CHECK(contains(second.err, "'o' has results of graph 'value' too; their records stay"));
  CHECK_FALSE(contains(second.err, "will be replaced"));
  CHECK(folder.read("o/flowrun/cases/a.json") == record);
  CHECK(folder.read("o/cases.csv") == table);
  CHECK(folder.read("o/flowrun-run.json") == of_run);
  CHECK(contains(folder.read("o/flowrun/cases.sum/a.json"), "\"name\": \"sum\""));
  CHECK(contains(folder.read("o/flowrun-cases.sum.csv"), "\nb,done,"));
  CHECK(folder.has("o/flowrun-report.sum.html"));
  CHECK(contains(run("value.json", {"--resume"}).out, "nothing to run: all 2 cases"));
  CHECK(contains(run("sum.json", {"--resume"}).out, "nothing to run: all 2 cases"));
  CHECK(contains(run("sum.json").err, "2 of 2 cases ran before into 'o', and will be replaced"));
  const Ended merged = run_flowrun(folder, {"merge", "o"});
  CHECK(merged.status == 0);
  CHECK(contains(merged.out, "o/cases.csv"));
  CHECK(contains(merged.out, "o/flowrun-cases.sum.csv"));
}

TEST_CASE("flowrun run: a record says when each node began and ended, and the page what bound the slowest case") {
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  FlowrunProcess process(folder, {"run", "waiting.json", "--case-name", "a", "--out", "o"});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  ::usleep(60'000);
  folder.write("o/a.release", "");
  CHECK(process.end().status == 0);
  const std::string record = folder.read("o/flowrun/cases/a.json");
  const std::size_t node = record.find("\"id\": \"wait\"");
  const auto figure = [&](const std::string& name) {
    const std::size_t at = record.find("\"" + name + "\": ", node);
    return std::stod(record.substr(at + name.size() + 4));
  };
  CHECK(figure("end_s") >= 0.06);
  CHECK(figure("begin_s") < figure("end_s"));
  const std::string page = folder.read("o/report.html");
  const std::size_t bound = page.find("\"slowest\":{");
  REQUIRE(bound != std::string::npos);
  CHECK(contains(page.substr(bound, 200), "\"path\":\"wait "));
}
