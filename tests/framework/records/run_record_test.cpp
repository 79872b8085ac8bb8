#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "flowrun/host/runtime.h"
#include "flowrun/host/run_record.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "flowrun/host/file_stamps.h"
#include "support/one_node_graph.h"

namespace {

using namespace flowrun;
using testing::one_node_graph, testing::read;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-records-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

/// A file that is JSON without a fault.
json::Value read_json(const fs::path& file) {
  Diagnostics faults;
  const auto value = json::parse(read(file), file.string(), faults);
  REQUIRE(value);
  CHECK(faults.all().empty());
  return *value;
}

}  // namespace

TEST_CASE("run_record: holds the graph with its hash, models and inputs with theirs, and every case with its errors") {
  const Folder folder;
  const fs::path model = folder.path / "model.pt";
  std::ofstream(model) << "abc";
  const ValidatedGraph graph = one_node_graph(model.string());
  RunResult result;
  result.threads = 2;
  result.nodes.push_back({"net", "cnn.stage", "cnn", "1.0.0", 7, 1, 0.5, 0.25});
  result.cases.push_back(
      {"a", CaseStatus::failed, {{"net", "cnn.stage", "cnn", "no such channel"}}, 0, 1.5, {{"net", "patches", 7}}, {}});
  const fs::path file = folder.path / "flowrun-run.json";
  write_run_record(file, graph, {{"a", {{"flair", model.string()}}}}, folder.path, result);
  const json::Value record = read_json(file);
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // SHA-256 of "abc", FIPS 180-2
  CHECK(record.find("graph")->find("sha256")->text().size() == 64);
  CHECK(record.find("graph")->find("nodes")->items()[0].find("plugin_version")->text() == "1.0.0");
  CHECK(record.find("files")->items()[0].find("sha256")->text() == abc);
  const json::Value& one = record.find("cases")->items()[0];
  CHECK(one.find("status")->text() == "failed");
  CHECK(one.find("errors")->items()[0].find("message")->text() == "no such channel");
  CHECK(one.find("reports")->find("net.patches")->number() == 7);
  CHECK(one.find("inputs")->find("flair")->find("sha256")->text() == abc);
  CHECK(record.find("node_timings")->items()[0].find("firings")->integer() == 7);
}

TEST_CASE("file_hash: a FIFO or a device, also behind a link, has no hash and is not opened") {
  const Folder folder;
  const std::string fifo = folder.path / "fifo.nii", link = folder.path / "link.nii";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  REQUIRE(::symlink("/dev/zero", link.c_str()) == 0);
  CHECK(records::file_hash(fifo).empty());  // opening it would wait for a writer that never comes
  CHECK(records::file_hash(link).empty());
}

TEST_CASE("file_hash: a folder's hash follows its files' names and contents; what cannot be read has none") {
  const Folder folder;
  std::ofstream(folder.path / "a.dcm") << "1";
  const std::string before = records::file_hash(folder.path);
  CHECK(before == records::file_hash(folder.path));
  std::ofstream(folder.path / "b.dcm") << "";
  CHECK(before != records::file_hash(folder.path));
  CHECK(records::file_hash(folder.path / "missing").empty());
}
