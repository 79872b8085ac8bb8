// A model that wants other channels than the graph connects is found before the first case.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

/// Of the four channels of the model, `volumes` are connected.
std::string graph_with(const std::string& volumes) {
  return R"({ "format": 1, "nodes": {
    "head": { "type": "phantom.head", "params": { "size": [32, 32, 32], "spacing": [4, 4, 4] } },
    "voxels": { "type": "candidates.above", "inputs": { "volume": "head.flair" }, "params": { "threshold": 100 } },
    "net": { "type": "cnn.dense_inference", "inputs": { "volumes": [)" +
         volumes + R"(], "voxels": "voxels.voxels" }, "params": { "model": ")" FLOWRUN_SOURCE_DIR
                   R"(/graphs/models/phantom/initial.pt" } },
    "write": { "type": "io.write_volume", "inputs": { "volume": "net.map" }, "params": { "path": "${out}/${case}.nii" } } } })";
}

}  // namespace

TEST_CASE("flowrun validate --open, and run: a wrong number of channels is found before the first case" *
          doctest::test_suite("needs plugins")) {
  const TempFolder folder;
  folder.write("two.json", graph_with(R"("head.flair", "head.t1")"));
  folder.write("four.json", graph_with(R"("head.flair", "head.pd", "head.t2", "head.t1")"));
  if (!contains(run_flowrun(folder, {"nodes", "cnn"}).out, "cnn.dense_inference")) return could_not_run("the plugin cnn is not built");
  const Ended good = run_flowrun(folder, {"validate", "--open", "four.json"});
  INFO(good.err);
  CHECK(good.status == 0);
  CHECK(run_flowrun(folder, {"validate", "two.json"}).status == 0);  // no plugin's code is loaded
  const std::string sentence = "has 4 channels (FLAIR, PD, T2, T1), but 2 volumes are connected to input 'volumes'";
  const Ended opened = run_flowrun(folder, {"validate", "--open", "two.json"});
  CHECK(opened.status == 2);
  CHECK(contains(opened.err, "node 'net' (cnn.dense_inference, plugin cnn) could not be opened: "));
  CHECK(contains(opened.err, sentence));
  const Ended ran = run_flowrun(folder, {"run", "two.json", "--out", "o"});
  CHECK(ran.status != 0);
  CHECK(contains(ran.err, sentence));
  CHECK_FALSE(folder.has("o/report.html"));
}
