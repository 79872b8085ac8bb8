#include "made_up_heads.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {
namespace {

nlohmann::json record_of(const Folder& folder, const std::string& out) {
  return nlohmann::json::parse(text_of(folder.path / out / "flowrun-run.json"));
}

}  // namespace

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "flowrun_graph_runs_XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
  path = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

Head made_up_head(const std::vector<std::int64_t>& size, double spacing, std::int64_t lesions, std::int64_t seed) {
  NodeRunner runner("phantom.head", {{"size", size}, {"spacing", std::vector<double>(3, spacing)}, {"lesions", lesions}});
  runner.set("seed", seed).run();
  Head head;
  for (const char* channel : {"flair", "pd", "t2", "t1"}) head.images[channel] = runner.output<Volume>(channel);
  head.lesions = runner.output<Mask>("lesions");
  return head;
}

void write_volume(const Volume& volume, const std::string& file) {
  NodeRunner writer("io.write_volume");
  writer.set("path", file).input("volume", volume).run();
}

void write_mask(const Mask& mask, const std::string& file) {
  NodeRunner writer("io.write_mask");
  writer.set("path", file).input("mask", mask).run();
}

Volume read_volume(const std::string& file) {
  NodeRunner reader("io.read_volume");
  reader.set("path", file).run();
  return reader.output<Volume>("volume");
}

Mask read_mask(const std::string& file) {
  NodeRunner reader("io.read_mask");
  reader.set("path", file).run();
  return reader.output<Mask>("mask");
}

void write_head(const Head& head, const Folder& folder, const std::string& name, const StoredOrder& order) {
  for (const auto& [channel, image] : head.images)
    write_volume(stored_as(image, order), folder.file(name + "_" + channel + ".nii.gz"));
  write_mask(stored_as(head.lesions, order), folder.file(name + "_lesions.nii.gz"));
}

std::string write_table(const Folder& folder, const std::vector<std::string>& cases, const std::vector<std::string>& channels) {
  std::string text = "case";
  for (const std::string& channel : channels) text += "," + channel;
  for (const std::string& name : cases) {
    text += "\n" + name;
    for (const std::string& channel : channels) text += "," + name + "_" + channel + ".nii.gz";
  }
  std::string name = folder.file("cases");
  for (const std::string& channel : channels) name += "_" + channel;
  std::ofstream(name + ".csv") << text << "\n";
  return name + ".csv";
}

std::string flowrun(const std::string& arguments, int expected_status) {
  const std::string command =
      std::string(FLOWRUN_EXECUTABLE) + " " + arguments + " --plugin-path " FLOWRUN_TEST_PLUGINS " 2>&1 < /dev/null";
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  const int status = pclose(pipe);
  INFO(command << "\n" << text);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == expected_status);
  return text;
}

std::string run_graph(const std::string& graph, const std::string& table, const Folder& folder, const std::string& out,
                      const std::string& more) {
  const std::string file = fs::path(graph).is_absolute() ? graph : FLOWRUN_SOURCE_DIR "/graphs/" + graph;
  return flowrun("run " + file + (table.empty() ? "" : " --cases " + table) + " --out " + folder.file(out) + " --no-report" +
                 more);
}

double reported(const Folder& folder, const std::string& out, const std::string& name, const std::string& figure) {
  const nlohmann::json record = record_of(folder, out);
  for (const auto& one : record.at("cases"))
    if (one.at("case") == name) return one.at("reports").at(figure);
  FAIL(name << " is not in the record");
  return 0;
}

std::vector<std::string> warnings_of(const Folder& folder, const std::string& out) {
  const nlohmann::json record = record_of(folder, out);
  std::vector<std::string> found;
  for (const auto& one : record.at("cases"))
    for (const auto& warning : one.at("warnings")) found.push_back(warning);
  return found;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::int64_t voxels_in(const Mask& mask) {
  std::int64_t count = 0;
  for (const std::uint8_t value : mask.voxels) count += value != 0;
  return count;
}

double dice(const Mask& a, const Mask& b) {
  REQUIRE(a.voxels.size() == b.voxels.size());
  std::int64_t both = 0;
  for (std::size_t i = 0; i < a.voxels.size(); ++i) both += a.voxels[i] && b.voxels[i];
  return 2.0 * static_cast<double>(both) / static_cast<double>(voxels_in(a) + voxels_in(b));
}

}  // namespace flowrun::testing
