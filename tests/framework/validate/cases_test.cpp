#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const char* const kGraph = R"({"format": 1,
 "inputs": {"image": {"type": "path"}, "age": {"type": "integer", "default": 40, "max": 120}},
 "nodes": {
  "read": {"type": "t.read", "params": {"path": "${image}"}},
  "scale": {"type": "t.scale", "inputs": {"volume": "read.volume"}, "params": {"seed": "${age}"}},
  "write": {"type": "t.write", "inputs": {"volume": "scale.volume"}, "params": {"path": "${out}/${case}.nii"}}
 }})";

/// A folder that holds image.nii and goes away again.
class Folder {
 public:
  Folder() : path(fs::temp_directory_path() / ("flowrun_cases_" + std::to_string(::getpid()))) {
    fs::create_directories(path);
    std::ofstream(path / "image.nii") << "x";
  }
  ~Folder() { fs::remove_all(path); }
  std::string image() const { return (path / "image.nii").string(); }
  const fs::path path;
};

std::string check(const std::string& text, std::vector<Case>& cases, const fs::path& out) {
  Diagnostics faults;
  check_cases(*valid(text), cases, out, faults);
  return lines(faults);
}

TEST_CASE("check_cases: reads text by the input's type and fills in defaults") {
  const Folder folder;
  std::vector<Case> cases{{"p1", {{"image", folder.image()}, {"age", std::string("7")}}}, {"p2", {{"image", folder.image()}}}};
  CHECK(check(kGraph, cases, folder.path / "out") == "");
  CHECK(std::get<std::int64_t>(cases[0].inputs.at("age")) == 7);
  CHECK(std::get<std::int64_t>(cases[1].inputs.at("age")) == 40);
}

TEST_CASE("check_cases: reports everything that is wrong with the cases at once") {
  const Folder folder;
  const std::string image = folder.image();
  std::vector<Case> cases{{"p1", {{"image", std::string("/none/p1.nii")}}},
                          {"p1", {{"image", image}}},
                          {"../p2", {{"image", image}}},
                          {"p3", {{"imagee", image}}},
                          {"p4", {{"image", image}, {"age", std::string("old")}}},
                          {"p5", {{"image", image}, {"age", std::string("121")}}},
                          {"", {{"image", image}}}};
  CHECK(check(kGraph, cases, "out") ==
        "command line: error: case 'p1' occurs twice among the cases; each needs a name of its own\n"
        "command line: error: case '../p2': a name becomes part of file names, so it contains letters, digits, '.', '_' and '-' "
        "only, and does not "
        "start with '.' or '-'\n"
        "command line: error: a case has no name\n"
        "command line: error: case 'p3': the graph has no input 'imagee'; did you mean 'image'?\n"
        "command line: error: case 'p3': input 'image' is missing; expected a path\n"
        "command line: error: case 'p4', input 'age': expected an integer, found 'old'\n"
        "command line: error: case 'p5', input 'age': expected at most 120, found 121\n"
        "command line: error: case 'p1', input 'image': the file '/none/p1.nii' does not exist");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_CASE("check_cases: two cases that write one file are named") {
  const Folder folder;
  std::vector<Case> cases{{"a", {{"image", folder.image()}}}, {"b", {{"image", folder.image()}}}};
  const std::string out = fs::weakly_canonical(folder.path / "out").string();
  CHECK(check(replaced(kGraph, "${out}/${case}.nii", "${out}/x/../same.nii"), cases, folder.path / "out") ==
        "g.json:6:89: error: node 'write' of case 'b' would write '" + out +
            "/same.nii', which node 'write' of case 'a' writes too; with ${case} in the name each case has its own file");
}

TEST_CASE("check_cases: a file that is read is not written over") {
  const Folder folder;
  std::vector<Case> cases{{"image", {{"image", folder.image()}}}};
  const std::string image = fs::weakly_canonical(folder.image()).string();
  CHECK(check(kGraph, cases, folder.path) == "g.json:6:89: error: node 'write' of case 'image' would write over '" + image +
                                                 "', which node 'read' of case 'image' reads");
}

}  // namespace
}  // namespace flowrun::testing
