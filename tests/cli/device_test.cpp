// --device, as a person gives it.
#include <doctest/doctest.h>

#include <algorithm>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// The demo with networks that can run on a GPU, on an image so small that it takes no time.
Ended run_demo(const TempFolder& folder, const std::string& device) {
  const std::string graphs = std::string(FLOWRUN_SOURCE_DIR) + "/graphs";
  std::string text = R"({
    "format": 1, "name": "device",
    "nodes": {
      "head": { "type": "phantom.head", "params": { "size": [24, 24, 24], "spacing": [8, 8, 8] } },
      "flair": { "type": "intensity.normalise", "inputs": { "volume": "head.flair" } },
      "gate": { "type": "candidates.above", "inputs": { "volume": "flair.volume" }, "params": { "threshold": 2 } },
      "networks": {
        "type": "cnn.cascade",
        "inputs": { "volumes": ["flair.volume", "head.pd", "head.t2", "head.t1"], "voxels": "gate.voxels" },
        "params": { "initial": "MODELS/initial.pt", "final": "MODELS/final.pt" }
      },
      "mask": { "type": "segment.threshold", "inputs": { "volume": "networks.final" } },
      "show": { "type": "view.montage", "inputs": { "image": "head.flair", "mask": "mask.mask" }, "params": { "path": "${out}/m.png" } }
    }
  })";
  for (std::size_t at = text.find("MODELS"); at != std::string::npos; at = text.find("MODELS"))
    text.replace(at, 6, graphs + "/models/phantom");
  folder.write("device.json", text);
  return run_flowrun(folder, {"run", "device.json", "--device", device, "--out", "o"});
}

bool networks_are_built(const TempFolder& folder) { return contains(run_flowrun(folder, {"nodes", "cnn"}).out, "cnn.cascade"); }

}  // namespace

TEST_CASE("flowrun run: --device takes what a graph's 'device' takes") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended wrong = run_flowrun(folder, {"run", "value.json", "--device", "gpu", "--out", "o"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "--device takes auto, cpu, cuda or cuda:<number>, not 'gpu'"));
  CHECK_FALSE(folder.has("o"));
  CHECK(run_flowrun(folder, {"run", "value.json", "--device", "cpu", "--out", "o"}).status == 0);
}

TEST_CASE("flowrun run: a CUDA device that is not there ends the run before the first case, status 2" *
          doctest::test_suite("needs plugins")) {
  const TempFolder folder;
  if (!networks_are_built(folder)) return flowrun::testing::could_not_run("the plugin cnn is not built");
  const Ended ended = run_demo(folder, "cuda:99");
  CHECK(ended.status == 2);
  CHECK(contains(
      ended.err,
      "node 'networks' (cnn.cascade, plugin cnn) could not be opened: device 'cuda:99' was asked for, but LibTorch finds"));
  CHECK_FALSE(folder.has("o/m.png"));
}

TEST_CASE("flowrun run: on the device auto one line at most says that networks run on the CPU, and none does on cpu" *
          doctest::test_suite("needs plugins")) {
  const TempFolder folder;
  if (!networks_are_built(folder)) return flowrun::testing::could_not_run("the plugin cnn is not built");
  const Ended automatic = run_demo(folder, "auto"), cpu = run_demo(folder, "cpu");
  CHECK(automatic.status == 0);
  CHECK(cpu.status == 0);
  CHECK(folder.has("o/m.png"));
  CHECK(count_of(automatic.out + automatic.err, "so networks run on the CPU") <= 1);
  CHECK(count_of(cpu.out + cpu.err, "so networks run on the CPU") == 0);
}
