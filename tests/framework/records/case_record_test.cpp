#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "flowrun/host/case_record.h"
#include "flowrun/sdk/error.h"

namespace {

using namespace flowrun;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-records-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

CaseRecord full_record(const std::string& name) {
  CaseRecord record;
  record.name = name;
  record.status = CaseStatus::failed;
  record.errors = {{"net", "cnn.stage", "cnn", "no such channel"}};
  record.warnings = {"net: slow"};
  record.reports = {{"net", "patches", 7}, {"net", "dice", std::nan("")}, {"net", "far", INFINITY}};
  record.started = "2026-03-01T12:30:05Z";
  record.seconds = 1.5;
  record.peak_payload_bytes = 123456;
  record.attempt = 2;
  record.graph = "toy \"quoted\"";
  record.graph_file = "toy.json";
  record.nodes = {
      {"net", "cnn.stage", "cnn", "1.0.0", {{"model", "m.pt"}, {"path", "${out}/${case}.nii.gz"}}, {"in <- a.out"}, 9, 0.25}};
  record.graph_hash = graph_hash(record.nodes);
  record.values = {{"age", "41"}};
  record.inputs = {{"flair", {"a/flair.nii.gz", 10, 1'700'000'000'123'456'789, "ab"}}};
  record.models = {{"net", "model", {"m.pt", 11, 12, "cd"}}};
  record.outputs = {{"write", "path", {"a.nii.gz", 13, 14, "ef"}}};
  record.replay = "flowrun/replay/a";
  return record;
}

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void replace(const fs::path& file, const std::string& old_text, const std::string& new_text) {
  std::string text = read(file);
  const auto at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  text.replace(at, old_text.size(), new_text);
  std::ofstream(file) << text;
}

std::string refusal(const fs::path& file) {
  try {
    read_case_record(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("case_record: what was written is read again, also figures that are not finite") {
  const Folder folder;
  const fs::path file = case_record_file(folder.path, "a");
  CHECK(file == folder.path / "flowrun" / "cases" / "a.json");
  const CaseRecord written = full_record("a");
  write_case_record(file, written);
  const CaseRecord back = read_case_record(file);
  CHECK(back.name == "a");
  CHECK(back.status == CaseStatus::failed);
  CHECK(back.errors[0].message == "no such channel");
  CHECK(back.reports[0].value == 7);
  CHECK(std::isnan(back.reports[1].value));
  CHECK(std::isinf(back.reports[2].value));
  CHECK(back.peak_payload_bytes == 123456);
  CHECK(back.attempt == 2);
  CHECK(back.nodes[0].params == written.nodes[0].params);
  CHECK(back.nodes[0].inputs == written.nodes[0].inputs);
  CHECK(back.nodes[0].firings == 9);
  CHECK(graph_hash(back.nodes) == written.graph_hash);
  CHECK(back.values == written.values);
  CHECK(back.inputs[0].file.mtime_ns == 1'700'000'000'123'456'789);
  CHECK(back.models[0].file.sha256 == "cd");
  CHECK(back.outputs[0].file.path == "a.nii.gz");
  CHECK(back.replay == written.replay);
  write_case_record(folder.path / "again.json", back);
  CHECK(read(folder.path / "again.json") == read(file));
}

TEST_CASE("case_record: the graph's hash does not follow what nodes cost, and follows what they are") {
  std::vector<NodeRecord> nodes = full_record("a").nodes;
  const std::string before = graph_hash(nodes);
  nodes[0].busy_s = 77;
  CHECK(graph_hash(nodes) == before);
  nodes[0].plugin_version = "1.0.1";
  CHECK(graph_hash(nodes) != before);
}

TEST_CASE("case_record: a damaged record is refused with its file and what is wrong with it") {
  const Folder folder;
  const fs::path file = folder.path / "a.json";
  const auto damaged = [&](const std::string& old_text, const std::string& new_text) {
    write_case_record(file, full_record("a"));
    replace(file, old_text, new_text);
    const std::string text = refusal(file);
    CHECK(text.rfind("'" + file.string() + "' is not a case's record: ", 0) == 0);
    return text;
  };
  CHECK(damaged("\"format\": 1", "\"format\": 2").find("its format is 2, this flowrun reads 1") != std::string::npos);
  CHECK(damaged("\"status\": \"failed\"", "\"status\": \"fine\"").find("'status' is 'fine'") != std::string::npos);
  CHECK(damaged("\"seconds\": 1.5", "\"seconds\": \"long\"").find("'seconds' is text") != std::string::npos);
  CHECK(damaged("\"size\": 10", "\"bytes\": 10").find("it has no 'size'") != std::string::npos);
  std::ofstream(file) << read(file).substr(0, 100);
  CHECK(refusal(file).find("a.json") != std::string::npos);
  CHECK(refusal(folder.path / "none.json").find("it cannot be read") != std::string::npos);
}

TEST_CASE("case_record: keys of later versions are left alone") {
  const Folder folder;
  const fs::path file = folder.path / "a.json";
  write_case_record(file, full_record("a"));
  replace(file, "\"format\": 1", "\"format\": 1, \"mood\": [1, {}]");
  CHECK(read_case_record(file).name == "a");
}

TEST_CASE("case_record: a folder's records come by name; what is none is said and left out; none at all is no error") {
  const Folder folder;
  CHECK(read_case_records(folder.path).records.empty());
  for (const std::string name : {"b", "a", "c"}) write_case_record(case_record_file(folder.path, name), full_record(name));
  std::ofstream(case_record_file(folder.path, "broken")) << "{";
  fs::copy(case_record_file(folder.path, "a"), case_record_file(folder.path, "copy"));
  std::ofstream(folder.path / "flowrun" / "cases" / ".a.json.tmp-1") << "half";
  const CaseRecords found = read_case_records(folder.path);
  REQUIRE(found.records.size() == 3);
  CHECK(found.records[0].name == "a");
  CHECK(found.records[2].name == "c");
  REQUIRE(found.unreadable.size() == 2);
  CHECK(found.unreadable[0].find("broken.json") != std::string::npos);
  CHECK(found.unreadable[1].find("copy.json' contains the record of another case, 'a'") != std::string::npos);
}
