#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "flowrun/host/runtime.h"
#include "flowrun/testing/node_runner.h"
#include "golden_files.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;
namespace fs = std::filesystem;

namespace {

constexpr double kProbabilityTolerance = 1e-4;

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
double largest_difference(const std::vector<golden::Row>& rows, const Volume& initial, const Volume& final) {
  double largest = 0;
  for (const golden::Row& row : rows) {
    const auto index = static_cast<std::size_t>(initial.geometry.index_of(row.voxel[0], row.voxel[1], row.voxel[2]));
    for (const double difference : {initial.voxels[index] - row.initial, final.voxels[index] - row.final})
      largest = std::isfinite(difference) ? std::max(largest, std::abs(difference)) : HUGE_VAL;
  }
  return largest;
}

std::int64_t voxels_above_zero(const Volume& map) {
  return std::count_if(map.voxels.begin(), map.voxels.end(), [](float p) { return p > 0; });
}

std::int64_t voxels_above_zero(const Volume& map, const std::vector<golden::Row>& rows) {
  return std::count_if(rows.begin(), rows.end(), [&](const golden::Row& row) {
    return map.voxels[static_cast<std::size_t>(map.geometry.index_of(row.voxel[0], row.voxel[1], row.voxel[2]))] > 0;
  });
}

void check_mask(const fs::path& folder, const Volume& product) {
  const golden::Summary summary = golden::read_summary(folder / "golden.json");
  const Mask truth = read_mask(folder / "lesions.nii.gz");
  NodeRunner threshold("segment.threshold", {{"above", 0.5}});
  threshold.input("volume", product).run();
  const Mask above = threshold.output<Mask>("mask");
  CHECK(std::abs(std::count(above.voxels.begin(), above.voxels.end(), 1) - summary.voxels_over_half) <= 3);
  CHECK(std::abs(dice(above, truth) - summary.dice_product) <= 0.001);
  NodeRunner components("segment.components", {{"connectivity", std::string("6")}, {"smallest", 30.0}});
  components.input("mask", above).run();
  const Mask kept = components.output<Mask>("mask");
  CHECK(components.reports().at("kept") == static_cast<double>(summary.components_kept));
  CHECK(std::abs(std::count(kept.voxels.begin(), kept.voxels.end(), 1) - summary.voxels_kept) <= 3);
  CHECK(std::abs(dice(kept, truth) - summary.dice_final) <= 0.001);
}

void check_patient(const std::string& patient, const fs::path& folder, const fs::path& out) {
  CAPTURE(patient);
  const Volume flair = read_volume(folder / "FLAIR.nii.gz");
  const Volume initial = read_volume(out / (patient + "_initial.nii.gz"));
  const Volume final = read_volume(out / (patient + "_final.nii.gz"));
  const Volume product = read_volume(out / (patient + "_product.nii.gz"));
  CHECK(initial.geometry == flair.geometry);
  CHECK(product.geometry == flair.geometry);
  const auto rows = golden::read_rows(folder / "golden_candidates.f32");
  CHECK(golden::reported_candidates(out / "flowrun-run.json", patient) == static_cast<double>(rows.size()));
  CHECK(voxels_above_zero(initial) == voxels_above_zero(initial, rows));  // none beside the golden candidates
  const double largest = largest_difference(rows, initial, final);
  MESSAGE(patient << ": " << rows.size() << " candidates, largest difference of probability " << largest);
  CHECK(largest <= kProbabilityTolerance);
  check_mask(folder, product);
}

/// Every voxel of a file of golden rows.
struct GoldenVoxels : Node {
  void process(Context& context) override {
    VoxelList list;
    list.geometry = context.in<Volume>("volume").geometry;
    for (const golden::Row& row : golden::read_rows(context.params().text("path")))
      list.voxels.push_back(list.geometry.index_of(row.voxel[0], row.voxel[1], row.voxel[2]));
    std::sort(list.voxels.begin(), list.voxels.end());
    list.voxels.erase(std::unique(list.voxels.begin(), list.voxels.end()), list.voxels.end());
    context.emit("voxels", std::move(list));
  }
};

/// Reports the largest difference between maps and golden rows.
struct GoldenCompare : Node {
  void process(Context& context) override {
    const auto rows = golden::read_rows(context.params().text("path"));
    context.report("difference", largest_difference(rows, context.in<Volume>("initial"), context.in<Volume>("final")));
    context.report("rows", static_cast<double>(rows.size()));
  }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

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

const char* const kRandomRows = R"({
  "format": 1, "name": "golden",
  "parameters": {"models": {"type": "path", "help": "models"}},
  "inputs": {"flair": {"type": "path", "help": "image"}, "pd": {"type": "path", "help": "image"}, "t2": {"type": "path", "help": "image"},
             "t1": {"type": "path", "help": "image"}, "rows": {"type": "path", "help": "golden rows"}},
  "nodes": {
    "flair": {"type": "io.read_volume", "params": {"path": "${flair}"}},
    "pd": {"type": "io.read_volume", "params": {"path": "${pd}"}},
    "t2": {"type": "io.read_volume", "params": {"path": "${t2}"}},
    "t1": {"type": "io.read_volume", "params": {"path": "${t1}"}},
    "preprocess": {"type": "graph:stages/preprocess.json",
                   "inputs": {"flair": "flair.volume", "pd": "pd.volume", "t2": "t2.volume", "t1": "t1.volume"}},
    "voxels": {"type": "golden.voxels", "inputs": {"volume": "preprocess.flair"}, "params": {"path": "${rows}"}},
    "networks": {"type": "graph:stages/patch_networks.json",
                 "inputs": {"volumes": ["preprocess.flair", "preprocess.pd", "preprocess.t2", "preprocess.t1"], "voxels": "voxels.voxels"},
                 "params": {"initial": "${models}/initial.pt", "final": "${models}/final.pt"}},
    "compare": {"type": "golden.compare", "inputs": {"initial": "networks.initial", "final": "networks.final"}, "params": {"path": "${rows}"}}
  }
})";

Case case_of(const std::string& patient, const fs::path& folder) {
  const auto file = [&](const char* name) { return (folder / name).string(); };
  return {patient,
          {{"flair", file("FLAIR.nii.gz")},
           {"pd", file("PD_standin.nii.gz")},
           {"t2", file("T2.nii.gz")},
           {"t1", file("T1.nii.gz")},
           {"rows", file("golden_random.f32")}}};
}

}  // namespace

TEST_CASE("golden: segment's maps by the published weights match every golden candidate, and so do mask and Dice" *
          doctest::test_suite("needs shared data")) {
  const golden::TempFolder work;
  std::ofstream table(work.path / "cases.csv");
  table << "case,flair,pd,t2,t1\n";
  std::vector<std::pair<std::string, fs::path>> patients;
  for (const std::string patient : {"patient07", "patient19"}) {
    const fs::path folder = golden::patient_folder(patient);
    if (folder.empty()) return;
    patients.emplace_back(patient, folder);
    table << patient;
    for (const char* name : {"FLAIR", "PD_standin", "T2", "T1"}) table << "," << (folder / name).string() << ".nii.gz";
    table << "\n";
  }
  table.close();
  golden::import_weights(work.path);
  const fs::path log = work.path / "run.log";
  const int status =
      golden::run_flowrun("run " FLOWRUN_SOURCE_DIR "/graphs/msseg2016/maps.json --cases '" + (work.path / "cases.csv").string() +
                              "' --set candidate_threshold=1.5 --set models='" + work.path.string() + "' --out '" +
                              (work.path / "out").string() + "'",
                          log);
  INFO(golden::text_of(log));
  REQUIRE(status == 0);
  for (const auto& [patient, folder] : patients) check_patient(patient, folder, work.path / "out");
}

TEST_CASE("golden: random brain voxels give the golden probabilities of both networks" *
          doctest::test_suite("needs shared data")) {
  if (golden::patient_folder("patient07").empty() || golden::patient_folder("patient19").empty()) return;
  const golden::TempFolder work;
  golden::import_weights(work.path);
  Registry registry = registry_with_golden_nodes();
  Faults faults;
  const auto spec = parse_graph(kRandomRows, FLOWRUN_SOURCE_DIR "/graphs/msseg2016/golden.json", faults);
  REQUIRE(spec);
  const auto graph = validate(*spec, registry, {{{"models", work.path.string()}}}, faults);
  for (const Fault& fault : faults.all()) CHECK_MESSAGE(fault.severity != Severity::error, to_string(fault));
  REQUIRE(graph);
  std::vector<Case> cases;
  for (const std::string patient : {"patient07", "patient19"}) cases.push_back(case_of(patient, golden::patient_folder(patient)));
  Run run(graph, registry, {});
  const RunResult result = run.execute(cases);
  for (const CaseResult& one : result.cases) {
    CAPTURE(one.name);
    for (const CaseError& error : one.errors) FAIL_CHECK(error.node << ": " << error.message);
    REQUIRE(one.status == CaseStatus::done);
    double difference = HUGE_VAL, rows = 0;
    for (const Report& report : one.reports) {
      if (report.name == "difference") difference = report.value;
      if (report.name == "rows") rows = report.value;
    }
    MESSAGE(one.name << ": " << rows << " random voxels, largest difference of probability " << difference);
    CHECK(rows == 4000);
    CHECK(difference <= kProbabilityTolerance);
  }
}
