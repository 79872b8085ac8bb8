// The cascade of nicMSlesions for T1 and FLAIR against golden probabilities of an independent implementation.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "golden_files.h"
#include "golden_nodes.h"
#include "support/needs.h"

using namespace flowrun;
namespace fs = std::filesystem;

namespace {

constexpr double kProbabilityTolerance = 1e-4;
/// Golden rows of a patient and a folder: at least so many.
constexpr double kRows = 3900;

/// At the voxels of the rows, which are given by their indices in the file; both networks at each.
const char* const kGraph = R"({
  "format": 1, "name": "golden_nicmslesions",
  "parameters": {"models": {"type": "path", "help": "models"}, "axes": {"type": "string", "default": "LAS", "help": "axes"}},
  "inputs": {"flair": {"type": "path", "help": "image", "contrast": "FLAIR"},
             "t1": {"type": "path", "help": "image", "contrast": "T1w"},
             "rows": {"type": "path", "help": "golden rows"}},
  "nodes": {
    "read_flair": {"type": "io.read_volume", "params": {"path": "${flair}"}},
    "read_t1": {"type": "io.read_volume", "params": {"path": "${t1}"}},
    "flair": {"type": "geometry.reorient_volume", "inputs": {"volume": "read_flair.volume"}, "params": {"axes": "${axes}"}},
    "t1": {"type": "geometry.reorient_volume", "inputs": {"volume": "read_t1.volume"}, "params": {"axes": "${axes}"}},
    "preprocess": {"type": "graph:stages/preprocess.json", "inputs": {"flair": "flair.volume", "t1": "t1.volume"}},
    "voxels": {"type": "golden.voxels", "inputs": {"volume": "preprocess.flair"}, "params": {"path": "${rows}"}},
    "networks": {"type": "graph:stages/networks.json",
                 "inputs": {"volumes": [FIRST, SECOND], "voxels": "voxels.voxels"},
                 "params": {"initial": "${models}/initial.pt", "final": "${models}/final.pt"}},
    "compare": {"type": "golden.compare", "inputs": {"initial": "networks.initial", "final": "networks.final"},
                "params": {"path": "${rows}"}}
  }
})";

std::string graph_with(const std::string& first, const std::string& second) {
  std::string text = kGraph;
  text.replace(text.find("FIRST"), 5, '"' + first + '"');
  text.replace(text.find("SECOND"), 6, '"' + second + '"');
  return text;
}

Case case_of(const std::string& patient, const std::string& weights) {
  const fs::path folder = golden::patient_folder(patient);
  return {patient,
          {{"flair", (folder / "FLAIR.nii.gz").string()},
           {"t1", (folder / "T1.nii.gz").string()},
           {"rows", (folder / ("golden_nicmslesions_" + weights + ".f32")).string()}}};
}

std::vector<CaseResult> results_of(const std::string& text, const fs::path& models, const std::vector<Case>& cases) {
  Registry registry = golden::registry_with_golden_nodes();
  Diagnostics faults;
  const auto spec = parse_graph(text, FLOWRUN_SOURCE_DIR "/graphs/nicmslesions/golden.json", faults);
  REQUIRE(spec);
  const auto graph = validate(*spec, registry, {{{"models", models.string()}}}, faults);
  for (const Diagnostic& fault : faults.all()) CHECK_MESSAGE(fault.severity != Severity::error, to_string(fault));
  REQUIRE(graph);
  Run run(graph, registry, {});
  return run.execute(cases).cases;
}

/// Whether the reference data are there, of nicMSlesions too; else the test case is skipped.
bool has_reference() {
  for (const char* patient : {"patient07", "patient19"})
    if (golden::patient_folder(patient).empty()) return false;
  const fs::path weights = fs::path(FLOWRUN_SHARED_DIR) / "models" / "nicmslesions";
  if (fs::exists(weights)) return true;
  flowrun::testing::could_not_run("the weights beside the checkout are absent: " + weights.string());
  return false;
}

}  // namespace

TEST_CASE("golden: nicMSlesions of either writer gives the golden probabilities of both networks at every row" *
          doctest::test_suite("needs shared data")) {
  if (!has_reference()) return;
  for (const std::string weights : {"nicvicorob_baseline_2ch", "sergivalverde_baseline_2ch"}) {
    CAPTURE(weights);
    const golden::TempFolder work;
    golden::import_nicmslesions(weights, work.path);
    const std::vector<Case> cases{case_of("patient07", weights), case_of("patient19", weights)};
    for (const CaseResult& one : results_of(graph_with("preprocess.t1", "preprocess.flair"), work.path, cases))
      golden::check_case(one, kRows, kProbabilityTolerance);
  }
}

TEST_CASE("golden: nicMSlesions refuses FLAIR and T1 in the other order" * doctest::test_suite("needs shared data")) {
  if (!has_reference()) return;
  const golden::TempFolder work;
  const std::string weights = "nicvicorob_baseline_2ch";
  golden::import_nicmslesions(weights, work.path);
  const auto results = results_of(graph_with("preprocess.flair", "preprocess.t1"), work.path, {case_of("patient07", weights)});
  REQUIRE(results.size() == 1);
  CHECK(results[0].status == CaseStatus::failed);
  REQUIRE_FALSE(results[0].errors.empty());
  CHECK(results[0].errors[0].message.find("takes T1 as channel 1, but the image there is FLAIR") != std::string::npos);
}

TEST_CASE("golden: segment.json of nicMSlesions with its defaults gives Dice 0.40 on patient07" *
          doctest::test_suite("needs time")) {
  if (!std::getenv("FLOWRUN_LONG_TESTS")) {
    flowrun::testing::could_not_run("it takes ten minutes; set FLOWRUN_LONG_TESTS=1 to run it");
    return;
  }
  const fs::path folder = golden::patient_folder("patient07");
  if (folder.empty() || !has_reference()) return;
  const golden::TempFolder work;
  golden::import_nicmslesions("nicvicorob_baseline_2ch", work.path);
  const fs::path log = work.path / "run.log", out = work.path / "out";
  const int status =
      golden::run_flowrun("run " FLOWRUN_SOURCE_DIR "/graphs/nicmslesions/segment.json --in flair='" +
                              (folder / "FLAIR.nii.gz").string() + "' --in t1='" + (folder / "T1.nii.gz").string() +
                              "' --case-name patient07 --set models='" + work.path.string() + "' --out '" + out.string() + "'",
                          log);
  INFO(golden::text_of(log));
  REQUIRE(status == 0);
  const Mask found = golden::read_mask(out / "patient07_lesions.nii.gz");
  const double dice = golden::dice(found, golden::read_mask(folder / "lesions.nii.gz"));
  MESSAGE("Dice of patient07: " << dice);
  CHECK(std::abs(dice - 0.40) <= 0.01);
}
