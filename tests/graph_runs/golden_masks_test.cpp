// The shipped graphs, whole, over artificial heads with the shipped models: what they find is what they found when the masks in
// golden/ were written, and it fits the truth.
//
// Tolerance: 2 % of the mask's voxels may differ (two at least). The networks' sums differ by about 1e-6 between processors and
// versions of LibTorch, and the artificial head in its last bits between mathematical libraries, so that a voxel whose
// probability lies just at the threshold can fall to the other side. A wrong axis, channel or model changes a quarter of the
// voxels and more. FLOWRUN_WRITE_GOLDEN=1 writes the files again, after a change that is meant to change the masks.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "made_up_heads.h"

namespace flowrun::testing {
namespace {

const std::string kImages = FLOWRUN_TEST_FOLDER "/golden/";
const std::vector<std::string> kFour{"flair", "pd", "t2", "t1"}, kThree{"flair", "t2", "t1"};

/// Linear indices of the voxels, with a line of words before.
std::vector<std::int64_t> golden_voxels(const std::string& name) {
  std::ifstream stream(kImages + name + ".txt");
  std::string words;
  std::getline(stream, words);
  std::vector<std::int64_t> voxels;
  for (std::int64_t voxel = 0; stream >> voxel;) voxels.push_back(voxel);
  return voxels;
}

void write_golden(const std::string& name, const Mask& mask) {
  std::ofstream stream(kImages + name + ".txt");
  stream << "linear indices of the lesion voxels, x fastest";
  int of_line = 0;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i)
    if (mask.voxels[i]) stream << (of_line++ % 20 ? ' ' : '\n') << i;
  stream << "\n";
}

void check_golden(const std::string& name, const Mask& found) {
  if (std::getenv("FLOWRUN_WRITE_GOLDEN")) write_golden(name, found);
  const auto wanted = golden_voxels(name);
  REQUIRE(wanted.size() > 10);
  std::int64_t both = 0;
  for (const std::int64_t voxel : wanted) {
    REQUIRE(voxel < found.geometry.voxel_count());
    both += found.voxels[static_cast<std::size_t>(voxel)] != 0;
  }
  const auto different = static_cast<std::int64_t>(wanted.size()) + voxels_in(found) - 2 * both;
  CAPTURE(name);
  CAPTURE(voxels_in(found));
  CHECK(different <= std::max<std::int64_t>(2, static_cast<std::int64_t>(wanted.size()) / 50));
}

/// A head in which every graph finds something, as case "p" of a table.
struct Written {
  explicit Written(const std::vector<std::string>& channels) : head(made_up_head({40, 46, 40}, 4, 150)) {
    write_head(head, folder, "p");
    table = write_table(folder, {"p"}, channels);
  }
  Mask lesions(const std::string& out) const { return read_mask(folder.file(out + "/p_lesions.nii.gz")); }

  Folder folder;
  Head head;
  std::string table;
};

/// segment.json with another stage of networks: one line of the file is changed.
std::string with_stage(const Folder& folder, const std::string& graph, const std::string& stage) {
  const fs::path copy = folder.path / ("with_" + stage);
  fs::copy(FLOWRUN_SOURCE_DIR "/graphs/msseg2016", copy, fs::copy_options::recursive);
  std::string text = text_of(copy / graph);
  const std::string shipped = "stages/dense_networks.json";
  const std::size_t at = text.find(shipped);
  REQUIRE(at != std::string::npos);
  std::ofstream(copy / graph) << text.replace(at, shipped.size(), "stages/" + stage);
  return (copy / graph).string();
}

TEST_CASE("graphs: demo.json finds the golden lesions of its own head, and most of them are true") {
  const Folder folder;
  run_graph("demo.json", "", folder, "out",
            " --case-name demo --set size=46,56,46 --set spacing=4,4,4 --set candidate_threshold=1.3 --set head.lesions=100");
  const Mask found = read_mask(folder.file("out/demo_lesions.nii.gz"));
  check_golden("demo", found);
  const Mask truth = made_up_head({46, 56, 46}, 4, 100, 1).lesions;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < found.voxels.size(); ++i) right += found.voxels[i] && truth.voxels[i];
  CAPTURE(right);
  CHECK(2 * right > voxels_in(found));
  CHECK(fs::file_size(folder.path / "out/demo_montage.png") > 1000);
  CHECK(warnings_of(folder, "out").empty());
}

TEST_CASE("graphs: segment.json finds the golden lesions with the phantom models") {
  const Written written(kFour);
  run_graph("msseg2016/segment.json", written.table, written.folder, "out", kPhantomModels + " --set candidate_threshold=1.5");
  const Mask found = written.lesions("out");
  check_golden("segment", found);
  CAPTURE(voxels_in(written.head.lesions));
  CHECK(dice(found, written.head.lesions) > 0.35);  // 0.375 when written: voxels of 4 mm leave little of small lesions
  CHECK(warnings_of(written.folder, "out").empty());
}

TEST_CASE("graphs: reference.json finds the golden lesions: large ones only, shifted by one voxel along x and y") {
  const Written written(kFour);
  run_graph("msseg2016/reference.json", written.table, written.folder, "out",
            kPhantomModels + " --set candidate_select=above --set candidate_threshold=1.5");
  const Mask found = written.lesions("out");
  check_golden("reference", found);
  CHECK(reported(written.folder, "out", "p", "fuse/lesions.kept") == 1);
  CHECK(voxels_in(found) >= 30);
}

TEST_CASE("graphs: open_ms/segment.json finds the golden lesions, with as many rows in its table as labels") {
  const Written written(kThree);
  run_graph("open_ms/segment.json", written.table, written.folder, "out", " --set smallest_lesion=3" + kTakesCoarseHeads);
  const Mask found = written.lesions("out");
  check_golden("open_ms", found);
  const Volume labels = read_volume(written.folder.file("out/p_labels.nii.gz"));
  const float most = *std::max_element(labels.voxels.begin(), labels.voxels.end());
  for (std::size_t i = 0; i < found.voxels.size(); ++i) REQUIRE((labels.voxels[i] > 0) == (found.voxels[i] != 0));
  const std::string table = text_of(written.folder.path / "out/p_lesions.csv");
  CHECK(most > 1);
  CHECK(std::count(table.begin(), table.end(), '\n') == static_cast<std::int64_t>(most) + 1);
  CHECK(reported(written.folder, "out", "p", "labels.lesions") == static_cast<double>(most));
}

/// open_ms/segment.json with other networks for cases without T2, by one line: those of nicMSlesions are not shipped.
std::string with_own_networks_without_t2(const Folder& folder) {
  std::string text = text_of(FLOWRUN_SOURCE_DIR "/graphs/open_ms/segment.json");
  const auto replace = [&](const std::string& what, const std::string& by) {
    REQUIRE(text.find(what) != std::string::npos);
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) text.replace(at, what.size(), by);
  };
  replace("../clinical/stages/nicmslesions.json", "../flair_t1/stages/cascade.json");
  replace("../models/nicmslesions", "../models/phantom_raw");
  replace("\"graph:../", "\"graph:" FLOWRUN_SOURCE_DIR "/graphs/");
  replace("\"../models", "\"" FLOWRUN_SOURCE_DIR "/graphs/models");
  std::ofstream(folder.path / "either.json") << text;
  return folder.file("either.json");
}

TEST_CASE("graphs: open_ms/segment.json runs cases with and without T2, each by the networks for what it has") {
  const Written written(kThree);
  std::string table = text_of(written.table);
  std::string row = table.substr(table.find('\n') + 1);
  const std::size_t t2 = row.find(',', row.find(',') + 1) + 1;
  row.erase(t2, row.find(',', t2) - t2);  // case,flair,t2,t1
  row.replace(0, 1, "q");
  std::ofstream(written.folder.path / "both.csv") << table << row;
  run_graph(with_own_networks_without_t2(written.folder), written.folder.file("both.csv"), written.folder, "out",
            " --set smallest_lesion=3 --set threshold_without_t2=0.05 --set without_t2/networks/coarse.spacing=any"
            " --set without_t2/networks/fine.spacing=any --set without_t2/networks/final.spacing=any" +
                kTakesCoarseHeads);
  check_golden("open_ms", written.lesions("out"));
  CHECK(text_of(written.folder.path / "out/flowrun/cases/p.json").find("\"without_t2/turned_flair\": \"not: t2 is missing\"") !=
        std::string::npos);
  CHECK(text_of(written.folder.path / "out/flowrun/cases/q.json").find("\"read_t2\": \"t2 is missing\"") != std::string::npos);
  const Mask without = read_mask(written.folder.file("out/q_lesions.nii.gz"));
  CHECK(voxels_in(without) > 0);
  CHECK(without.voxels != written.lesions("out").voxels);
}

TEST_CASE("graphs: the mask is the same with and without the narrowed list, whichever stage runs the networks") {
  const Written written(kFour);
  const Folder& folder = written.folder;
  for (const std::string threshold : {"0.5", "0.2"}) {
    CAPTURE(threshold);
    const std::string settings = kPhantomModels + " --set candidate_threshold=1.8 --set final_threshold=" + threshold;
    const std::string whole = "whole" + threshold, narrow = "narrow" + threshold;
    run_graph("msseg2016/segment.json", written.table, folder, narrow, settings);
    run_graph("msseg2016/segment.json", written.table, folder, whole, settings + " --set networks/narrow_at_floor.above=-1");
    const double listed = reported(folder, whole, "p", "networks/final.voxels");
    CHECK(listed == reported(folder, whole, "p", "candidates/gate.candidates"));
    CHECK(reported(folder, narrow, "p", "networks/final.voxels") < listed);  // else nothing is compared
    CHECK(reported(folder, narrow, "p", "networks/final.voxels") > 0);
    CHECK(voxels_in(written.lesions(whole)) > 20);
    CHECK(written.lesions(narrow).voxels == written.lesions(whole).voxels);
    for (const std::string stage : {"narrowed_patch_networks.json", "device_networks.json"}) {
      if (threshold != "0.5") break;  // patch by patch takes its time
      CAPTURE(stage);
      const std::string out = stage + threshold;
      run_graph(with_stage(folder, "segment.json", stage), written.table, folder, out, settings);
      CHECK(written.lesions(out).voxels == written.lesions(whole).voxels);
    }
  }
}

TEST_CASE("graphs: a head whose background is not 0 is run with a warning for each image, once, that says what to do") {
  const Folder folder;
  Head head = made_up_head({28, 34, 30}, 5, 100);
  for (auto& [channel, image] : head.images)
    for (float& value : image.voxels) value += 1;
  write_head(head, folder, "p");
  run_graph("open_ms/segment.json", write_table(folder, {"p"}, kThree), folder, "out",
            " --set candidate_threshold=3" + kTakesCoarseHeads);
  const auto warnings = warnings_of(folder, "out");
  std::map<std::string, int> of_node;
  for (const std::string& warning : warnings) {
    CHECK(warning.find("does not look skull-stripped: 100 % of its voxels are not 0") != std::string::npos);
    CHECK(warning.find("set everything outside of the brain to exactly 0") != std::string::npos);
    ++of_node[warning.substr(0, warning.find(':'))];
  }
  CHECK(of_node == std::map<std::string, int>{{"brain", 1}, {"flair_norm", 1}, {"t1_norm", 1}, {"t2_norm", 1}});
}

}  // namespace
}  // namespace flowrun::testing
