#include "golden_nodes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "flowrun/testing/node_runner.h"

namespace golden {

using namespace flowrun;
using flowrun::testing::NodeRunner;

Volume read_volume(const fs::path& file) {
  NodeRunner reader("io.read_volume", {{"path", file.string()}});
  reader.run();
  return reader.output<Volume>("volume");
}

Mask read_mask(const fs::path& file) {
  NodeRunner reader("io.read_mask", {{"path", file.string()}});
  reader.run();
  return reader.output<Mask>("mask");
}

double dice(const Mask& a, const Mask& b) {
  std::int64_t both = 0, sum = 0;
  for (std::size_t i = 0; i < a.voxels.size(); ++i) {
    both += a.voxels[i] && b.voxels[i];
    sum += (a.voxels[i] != 0) + (b.voxels[i] != 0);
  }
  return sum ? 2.0 * static_cast<double>(both) / static_cast<double>(sum) : 1;
}

/// The largest difference over all rows, of both networks.
double largest_difference(const std::vector<Row>& rows, const Volume& initial, const Volume& final) {
  double largest = 0;
  for (const Row& row : rows) {
    const auto index = static_cast<std::size_t>(initial.geometry.index_of(row.voxel[0], row.voxel[1], row.voxel[2]));
    for (const double difference : {initial.voxels[index] - row.initial, final.voxels[index] - row.final})
      largest = std::isfinite(difference) ? std::max(largest, std::abs(difference)) : HUGE_VAL;
  }
  return largest;
}

namespace {

/// Every voxel of a file of golden rows.
struct GoldenVoxels : Node {
  void process(Context& context) override {
    VoxelList list;
    list.geometry = context.in<Volume>("volume").geometry;
    for (const Row& row : read_rows(context.params().text("path")))
      list.voxels.push_back(list.geometry.index_of(row.voxel[0], row.voxel[1], row.voxel[2]));
    std::sort(list.voxels.begin(), list.voxels.end());
    list.voxels.erase(std::unique(list.voxels.begin(), list.voxels.end()), list.voxels.end());
    context.emit("voxels", std::move(list));
  }
};

/// Reports the largest difference between maps and golden rows.
struct GoldenCompare : Node {
  void process(Context& context) override {
    const auto rows = read_rows(context.params().text("path"));
    context.report("difference", largest_difference(rows, context.in<Volume>("initial"), context.in<Volume>("final")));
    context.report("rows", static_cast<double>(rows.size()));
  }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

}  // namespace

Registry registry_with_golden_nodes() {
  Registry registry;
  registry.scan(FLOWRUN_TEST_PLUGINS);
  const ParamSpec path{.name = "path", .type = ParamType::path, .help = "golden rows", .per_case = true};
  const auto volume = [](const char* name) {
    return InputPort{.name = name, .payload = std::string(Volume::kType), .help = "map"};
  };
  registry.add_type({.name = "golden.voxels",
                     .summary = "golden",
                     .inputs = {volume("volume")},
                     .outputs = {{.name = "voxels", .payload = std::string(VoxelList::kType), .help = "voxels"}},
                     .params = {path},
                     .create = make<GoldenVoxels>},
                    "golden");
  registry.add_type({.name = "golden.compare",
                     .summary = "golden",
                     .inputs = {volume("initial"), volume("final")},
                     .params = {path},
                     .create = make<GoldenCompare>},
                    "golden");
  return registry;
}

void check_case(const CaseResult& result, double least_rows, double tolerance) {
  CAPTURE(result.name);
  for (const CaseError& error : result.errors) FAIL_CHECK(error.node << ": " << error.message);
  REQUIRE(result.status == CaseStatus::done);
  double difference = HUGE_VAL, rows = 0;
  for (const Report& report : result.reports) {
    if (report.name == "difference") difference = report.value;
    if (report.name == "rows") rows = report.value;
  }
  MESSAGE(result.name << ": " << rows << " voxels, largest difference of probability " << difference);
  CHECK(rows >= least_rows);
  CHECK(difference <= tolerance);
}

}  // namespace golden
