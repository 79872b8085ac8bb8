// What a process that has given up its rights can still do: nothing that another would notice.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "flowrun/host/child_process.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;

/// A folder with one file, and what a child said of everything that it tried on it.
struct Attempt {
  fs::path folder;
  std::map<std::string, std::string> said;
  std::string whole;

  explicit Attempt(const std::string& what) {
    std::string name = (fs::temp_directory_path() / "flowrun_confine_XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    folder = name;
    std::ofstream(folder / "file") << "precious\n";
    whole = run_child({FLOWRUN_TEST_CHILD, {what, (folder / "file").string()}, std::chrono::seconds(60)}).result;
    std::istringstream lines(whole);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) said[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  ~Attempt() { fs::remove_all(folder); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  std::string files() const {
    std::string text;
    for (const auto& entry : fs::directory_iterator(folder)) text += entry.path().filename().string() + " ";
    return text;
  }
};

void check_powerless(const Attempt& confined) {
  CHECK(confined.said.size() == 18);
  for (const auto& [what, answer] : confined.said)
    CHECK_MESSAGE((answer == "Operation not permitted" || answer == "Permission denied"), what << ": " << answer);
  CHECK(confined.files() == "file ");
  std::string content;
  std::getline(std::ifstream(confined.folder / "file"), content);
  CHECK(content == "precious");
}

}  // namespace

TEST_CASE("process: a confined child can make, change and remove no file, reach no network, and start and signal no process") {
  Attempt free("free");
  CHECK(free.said["create"] == "done");  // so that the refusals below mean something
  CHECK(free.said["local socket"] == "done");
  CHECK(free.said["fork"] == "done");
  for (const char* what : {"confined", "filtered"}) {  // filtered: as where there is no Landlock
    CAPTURE(what);
    const Attempt confined(what);
    if (confined.whole == "not at all") MESSAGE("skipped: this system does not offer what " << what << " needs");
    else check_powerless(confined);
  }
}

TEST_CASE("process: a confined child reads files, has threads and memory, and its crash is told as any other") {
  const Attempt confined("confined needs");
  CHECK(confined.whole == "read: precious\nthread: done\nmemory: done\nlist: done\n");
  const ChildEnd end = run_child({FLOWRUN_TEST_CHILD, {"confined abort"}, std::chrono::seconds(60)});
  CHECK(end_text(end, {}) == "aborted the process");
}
