#include "support/json_schema.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "flowrun/sdk/error.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path(fs::temp_directory_path() / ("flowrun_schema_" + std::to_string(::getpid()))) { fs::create_directories(path); }
  ~Folder() {
    std::error_code unused;
    fs::remove_all(path, unused);
  }
  const fs::path path;
};

std::string write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  return " '" + file.string() + "'";
}

}  // namespace

std::optional<std::vector<std::string>> schema_verdicts(const std::string& schema, const std::vector<std::string>& texts) {
  const Folder folder;
  std::string command =
      "/usr/bin/python3 " FLOWRUN_SOURCE_DIR "/tests/support/json_schema.py" + write(folder.path / "schema", schema);
  for (std::size_t i = 0; i < texts.size(); ++i) command += write(folder.path / std::to_string(i), texts[i]);
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) throw Error("a process cannot be started");
  std::string output;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  const int status = pclose(pipe);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 3 || code == 127) return std::nullopt;
  if (code != 0) throw Error("json_schema.py ended with " + std::to_string(code) + ": " + output);
  std::vector<std::string> verdicts;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) verdicts.push_back(line);
  if (verdicts.size() != texts.size()) throw Error("json_schema.py answered: " + output);
  return verdicts;
}

}  // namespace flowrun::testing
