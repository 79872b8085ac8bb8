#include "system/python_choice.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace flowrun {
namespace {

namespace fs = std::filesystem;

bool is_a_place(const std::string& program) { return program.find('/') != std::string::npos; }

}  // namespace

std::string fault_of_python(const std::string& program) {
  std::error_code error;
  if (!is_a_place(program) || (fs::is_regular_file(program, error) && ::access(program.c_str(), X_OK) == 0)) return "";
  return "'" + program + "' is no program; give a Python, such as env/bin/python";
}

void choose_python(const std::string& program) {
  // Processes may be started in another folder. Links stay: that of a virtual environment says which one it is.
  const std::string place = is_a_place(program) ? fs::absolute(program).string() : program;
  ::setenv("FLOWRUN_PYTHON", place.c_str(), 1);
}

}  // namespace flowrun
