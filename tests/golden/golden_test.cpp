#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "flowrun/host/runtime.h"
#include "flowrun/testing/node_runner.h"
#include "golden_files.h"
#include "golden_nodes.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;
namespace fs = std::filesystem;

namespace {

constexpr double kProbabilityTolerance = 1e-4;

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
  const Mask truth = golden::read_mask(folder / "lesions.nii.gz");
  NodeRunner threshold("segment.threshold", {{"above", 0.5}});
  threshold.input("volume", product).run();
  const Mask above = threshold.output<Mask>("mask");
  CHECK(std::abs(std::count(above.voxels.begin(), above.voxels.end(), 1) - summary.voxels_over_half) <= 3);
  CHECK(std::abs(golden::dice(above, truth) - summary.dice_product) <= 0.001);
  NodeRunner components("segment.components", {{"connectivity", std::string("6")}, {"smallest", 30.0}});
  components.input("mask", above).run();
  const Mask kept = components.output<Mask>("mask");
  CHECK(components.reports().at("kept") == static_cast<double>(summary.components_kept));
  CHECK(std::abs(std::count(kept.voxels.begin(), kept.voxels.end(), 1) - summary.voxels_kept) <= 3);
  CHECK(std::abs(golden::dice(kept, truth) - summary.dice_final) <= 0.001);
}

void check_patient(const std::string& patient, const fs::path& folder, const fs::path& out) {
  CAPTURE(patient);
  const Volume flair = golden::read_volume(folder / "FLAIR.nii.gz");
  const Volume initial = golden::read_volume(out / (patient + "_initial.nii.gz"));
  const Volume final = golden::read_volume(out / (patient + "_final.nii.gz"));
  const Volume product = golden::read_volume(out / (patient + "_product.nii.gz"));
  CHECK(initial.geometry == flair.geometry);
  CHECK(product.geometry == flair.geometry);
  const auto rows = golden::read_rows(folder / "golden_candidates.f32");
  CHECK(golden::reported_candidates(out / "flowrun-run.json", patient) == static_cast<double>(rows.size()));
  CHECK(voxels_above_zero(initial) == voxels_above_zero(initial, rows));  // none beside the golden candidates
  const double largest = golden::largest_difference(rows, initial, final);
  MESSAGE(patient << ": " << rows.size() << " candidates, largest difference of probability " << largest);
  CHECK(largest <= kProbabilityTolerance);
  check_mask(folder, product);
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
  Registry registry = golden::registry_with_golden_nodes();
  Diagnostics faults;
  const auto spec = parse_graph(kRandomRows, FLOWRUN_SOURCE_DIR "/graphs/msseg2016/golden.json", faults);
  REQUIRE(spec);
  const auto graph = validate(*spec, registry, {{{"models", work.path.string()}}}, faults);
  for (const Diagnostic& fault : faults.all()) CHECK_MESSAGE(fault.severity != Severity::error, to_string(fault));
  REQUIRE(graph);
  std::vector<Case> cases;
  for (const std::string patient : {"patient07", "patient19"}) cases.push_back(case_of(patient, golden::patient_folder(patient)));
  Run run(graph, registry, {});
  const RunResult result = run.execute(cases);
  for (const CaseResult& one : result.cases) golden::check_case(one, 4000, kProbabilityTolerance);
}
