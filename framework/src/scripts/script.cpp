#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// A program as a shell finds it; empty: there is none.
fs::path found_on_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  std::error_code error;
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && fs::is_regular_file(fs::path(folder) / program, error)) return fs::path(folder) / program;
  return {};
}

/// The interpreter itself. One that is a shell script, as those of pyenv, is asked for it: it starts processes, which a plugin
/// that is being described may not.
std::string interpreter() {
  const char* given = std::getenv("FLOWRUN_PYTHON");
  const std::string program = given && *given ? given : "python3";
  const fs::path file = found_on_path(program);
  char begin[2] = {};
  if (!std::ifstream(file, std::ios::binary).read(begin, 2) || begin[0] != '#' || begin[1] != '!') return program;
  std::string quoted;
  for (const char c : file.string()) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  FILE* answer = ::popen(("'" + quoted + "' -c 'import sys; print(sys.executable)' 2>/dev/null").c_str(), "re");
  if (!answer) return program;
  char line[4096] = {};
  const bool read = std::fgets(line, sizeof line, answer) != nullptr;
  ::pclose(answer);
  const std::string real(line, std::strcspn(line, "\n"));
  return read && !real.empty() ? real : program;
}

}  // namespace

bool is_script(const fs::path& file) {
  static const std::regex kImport(
      R"(^\s*(from\s+flowrun\.plugin\s+import|import\s+flowrun\.plugin|from\s+flowrun\s+import\s+plugin)\b[\s\S]*)");
  constexpr std::size_t kLongestLine = 500;  // a regular expression recurses with the length of a text
  std::error_code error;
  if (file.extension() != ".py" || !fs::is_regular_file(file, error)) return false;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.size() < kLongestLine && std::regex_match(line, kImport)) return true;
  return false;
}

// Beside "bin" of the program, or of the helper in "libexec/flowrun".
fs::path python_folder() {
  if (const char* given = std::getenv("FLOWRUN_PYTHON_FOLDER"); given && *given) return given;
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  const fs::path package = fs::path("lib") / "flowrun" / "python";
  const bool helper = beside.filename() == "libexec" && !fs::exists(beside / package, error);
  return (helper ? beside.parent_path() : beside) / package;
}

std::vector<std::string> python_command(const std::string& task, const fs::path& script) {
  const fs::path folder = python_folder();
  std::error_code error;
  if (!fs::exists(folder / "flowrun" / "worker.py", error))
    throw Error("needs flowrun's Python sources, which are not in '" + folder.string() +
                "'; say in the variable FLOWRUN_PYTHON_FOLDER where they are");
  // The first entry of the path may be the working folder, from which nothing is imported.
  const char* const code =
      "import sys; sys.path[:] = [sys.argv[1]] + [p for p in sys.path if p]; from flowrun.worker import main; main(sys.argv[2:])";
  return {interpreter(), "-B", "-c", code, folder.string(), task, script.string()};
}

}  // namespace flowrun
