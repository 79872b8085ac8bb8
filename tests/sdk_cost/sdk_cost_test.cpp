// A plugin of the standard library and the SDK alone stays quick to compile. Seconds depend on the machine, so what the compiler reads is
// bounded; docs/benchmarks.md has seconds.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

const std::string kCompile = std::string("'") + FLOWRUN_CXX + "' -std=c++20 -O2 -fPIC -I'" + FLOWRUN_SDK_INCLUDE + "' ";
const std::string kPlugin = std::string("'") + FLOWRUN_TEST_FOLDER + "/plugin.cpp'";

/// What a command prints. Fails the test when it fails.
std::string output_of(const std::string& command) {
  const auto file = std::filesystem::temp_directory_path() / ("flowrun_sdk_cost_" + std::to_string(::getpid()));
  REQUIRE(std::system((command + " > '" + file.string() + "'").c_str()) == 0);
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  std::filesystem::remove(file);
  return text.str();
}

/// Lines of preprocessed text, by whether they come from the SDK.
struct Lines {
  std::size_t sdk = 0, others = 0;
};

Lines lines_of(const std::string& text) {
  Lines lines;
  bool of_sdk = false;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) of_sdk = line.find("/flowrun/sdk/") != std::string::npos;
    else if (!line.empty()) ++(of_sdk ? lines.sdk : lines.others);
  }
  return lines;
}

}  // namespace

TEST_CASE("sdk cost: a plugin includes headers of the SDK and the standard library alone") {
  std::istringstream headers(output_of(kCompile + "-MM " + kPlugin));  // without those of the system
  headers.ignore(1000, ':');
  for (std::string header; headers >> header;) {
    if (header == "\\") continue;
    CAPTURE(header);
    CHECK((header.find("/flowrun/sdk/") != std::string::npos || header.ends_with("plugin.cpp")));
  }
}

TEST_CASE("sdk cost: the SDK adds little to what the standard library costs") {
  const Lines lines = lines_of(output_of(kCompile + "-E " + kPlugin));
  CHECK(lines.sdk < 1500);
  CHECK(lines.others < 80000);
  rusage before{}, after{};
  getrusage(RUSAGE_CHILDREN, &before);
  output_of(kCompile + "-c -o /dev/null " + kPlugin);
  getrusage(RUSAGE_CHILDREN, &after);
  const auto seconds = [](const rusage& usage) { return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec); };
  MESSAGE("lines of the SDK " << lines.sdk << ", of others " << lines.others << "; compiled in " << seconds(after) - seconds(before)
                              << " s of processor time");
}
