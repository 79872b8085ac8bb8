#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"

namespace flowrun::testing {

/// A folder for the texts that another process reads.
class SchemaFolder {
 public:
  SchemaFolder() : path_(std::filesystem::temp_directory_path() / ("flowrun_schema_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~SchemaFolder() {
    std::error_code unused;
    std::filesystem::remove_all(path_, unused);
  }
  /// Returns the file's name in quotes, behind a space.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return " '" + (path_ / name).string() + "'";
  }

 private:
  std::filesystem::path path_;
};

/// What a test that could not ask says.
inline constexpr const char* kNoJsonschema = "/usr/bin/python3 has no jsonschema; on Debian: apt-get install python3-jsonschema";

/// What Python's jsonschema, an independent validator, says of each JSON text: "ok" or "wrong: ..."; nothing when this machine's
/// /usr/bin/python3 has no such module (Debian: python3-jsonschema). Throws Error when the schema itself is no draft-07 schema.
inline std::optional<std::vector<std::string>> schema_verdicts(const std::string& schema, const std::vector<std::string>& texts) {
  const SchemaFolder folder;
  std::string command = "/usr/bin/python3 " FLOWRUN_SOURCE_DIR "/tests/support/json_schema.py" + folder.write("schema", schema);
  for (std::size_t i = 0; i < texts.size(); ++i) command += folder.write(std::to_string(i), texts[i]);
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
