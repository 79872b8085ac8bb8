// A model whose code never returns, in a real flowrun: the second Ctrl-C ends the run, and the node is named.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "test_folder.h"
#include "tiny_models.h"

#ifdef FLOWRUN_EXECUTABLE  // else ctest lists it as skipped
namespace flowrun::testing {
namespace {

const std::string kGraph = R"({
  "format": 1,
  "name": "endless",
  "nodes": {
    "head": { "type": "phantom.head", "params": { "size": [24, 24, 24], "spacing": [8, 8, 8] } },
    "voxels": { "type": "candidates.above", "inputs": { "volume": "head.flair" }, "params": { "threshold": 0.5 } },
    "patches": { "type": "patches.extract", "inputs": { "volumes": ["head.flair", "head.t1"], "voxels": "voxels.voxels" }, "params": { "size": [5, 5, 5] } },
    "stage": { "type": "cnn.stage", "inputs": { "patches": "patches.patches" }, "params": { "model": "endless.pt" } },
    "map": { "type": "patches.scatter", "inputs": { "scores": "stage.scores", "voxels": "voxels.voxels" } }
  }
})";

/// flowrun in a folder, with its standard error in a file.
pid_t start(const std::string& folder) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int into = ::open((folder + "/err").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (::chdir(folder.c_str()) != 0 || ::dup2(into, 2) < 0 || ::dup2(into, 1) < 0) ::_exit(99);
  ::execl(FLOWRUN_EXECUTABLE, "flowrun", "run", "graph.json", "--case-name", "a", "--out", "o", nullptr);
  ::_exit(98);
}

/// False after two minutes.
bool wait_for_text(const std::string& file, const std::string& text) {
  for (int i = 0; i < 12000; ++i) {
    if (contains(bytes_of(file), text)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("endless model: the second Ctrl-C ends the run, the node is named, and the exit status is that of an interrupt") {
  const TestFolder folder;
  write_model(folder.file("endless.pt"),
              "def forward(self, x):\n    y = x\n    while True:\n      y = torch.add(y, 1)\n    return torch.flatten(y, 1)[:, 0:2]\n");
  folder.write("graph.json", kGraph);
  const std::string path = folder.file("err");
  const pid_t process = start(path.substr(0, path.rfind('/')));
  REQUIRE(process > 0);
  const bool running = wait_for_text(path, "0 of 1 case done");
  CHECK_MESSAGE(running, bytes_of(path));
  std::this_thread::sleep_for(std::chrono::seconds(2));  // by now the network runs; whatever runs, the process must end
  ::kill(process, SIGINT);
  CHECK(wait_for_text(path, "Ctrl-C once more"));
  ::kill(process, SIGINT);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  CHECK_MESSAGE(WIFEXITED(status), bytes_of(path));
  CHECK(WEXITSTATUS(status) == 3);
  CHECK_MESSAGE(contains(bytes_of(path), "node 'stage' (cnn.stage, plugin cnn) on case 'a' did not return within 3 s"), bytes_of(path));
}

}  // namespace flowrun::testing
#endif
