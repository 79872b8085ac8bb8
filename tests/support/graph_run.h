// Runs a graph by the program and reads what it wrote. The test defines FLOWRUN_EXECUTABLE.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {

/// A folder of its own for a test case, removed afterwards.
struct RunFolder {
  explicit RunFolder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("flowrun_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~RunFolder() { std::filesystem::remove_all(path); }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  std::string file(const std::string& name) const { return (path / name).string(); }
  std::string text(const std::string& name) const {
    std::ifstream stream(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  /// What the last run printed.
  std::string log() const { return text("log"); }

  const std::filesystem::path path;
};

/// Runs a graph into the folder's "out" and returns its exit status. `options` are those of the command line.
inline int run_graph(const RunFolder& folder, const std::string& graph, const std::string& options) {
  const std::string command = "'" FLOWRUN_EXECUTABLE "' run '" + graph + "' --out '" + folder.file("out") + "' " + options + " > '" +
                              folder.file("log") + "' 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <class Image>
Image read_image(const std::string& type, const std::string& port, const std::string& path) {
  NodeRunner runner(type, {{"path", path}});
  runner.run();
  return runner.output<Image>(port);
}

inline Mask read_mask(const std::string& path) { return read_image<Mask>("io.read_mask", "mask", path); }
inline Volume read_volume(const std::string& path) { return read_image<Volume>("io.read_volume", "volume", path); }

/// Of two masks on one grid.
inline double dice(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  REQUIRE(a.size() == b.size());
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] != 0 && b[i] != 0) ? 1 : 0;
    sum += (a[i] != 0) + (b[i] != 0);
  }
  return 2 * both / sum;
}

}  // namespace flowrun::testing
