// graphs/resample.json: images and a mask on another voxel size, and what a network then takes.
#include <doctest/doctest.h>

#include <algorithm>

#include "made_up_heads.h"

namespace flowrun::testing {
namespace {

double ml(const Mask& mask) {
  const auto voxels = std::count_if(mask.voxels.begin(), mask.voxels.end(), [](auto value) { return value != 0; });
  return static_cast<double>(voxels) * mask.geometry.voxel_volume() / 1000;
}

TEST_CASE("resample.json: brings images and a mask to a voxel size, so that networks of that size take them") {
  const Folder folder;
  const Head head = made_up_head({28, 34, 30}, 5, 100);
  write_head(head, folder, "p");
  run_graph("resample.json", write_table(folder, {"p"}, {"flair", "t1", "t2", "lesions"}), folder, "fine",
            " --set spacing=2,2,2.5");
  const Volume flair = read_volume(folder.file("fine/p_flair.nii.gz"));
  CHECK(flair.geometry.spacing[0] == doctest::Approx(2));
  CHECK(flair.geometry.spacing[2] == doctest::Approx(2.5));
  CHECK(flair.geometry.size == std::array<std::int64_t, 3>{70, 85, 60});
  for (const char* name : {"t1", "t2"})
    CHECK(grid_difference(read_volume(folder.file(std::string("fine/p_") + name + ".nii.gz")).geometry, flair.geometry) == "");
  const Mask lesions = read_mask(folder.file("fine/p_lesions.nii.gz"));
  CHECK(grid_difference(lesions.geometry, flair.geometry) == "");
  CHECK(ml(lesions) == doctest::Approx(ml(head.lesions)).epsilon(0.05));

  run_graph("resample.json", write_table(folder, {"p"}, {"flair"}), folder, "alone",
            " --set spacing=1.2,1.2,1.2");  // without the others
  CHECK(fs::exists(folder.file("alone/p_flair.nii.gz")));
  CHECK_FALSE(fs::exists(folder.file("alone/p_t1.nii.gz")));

  const std::string table = write_table(folder, {"p"}, {"flair", "t2", "t1"});
  const std::string refusal = flowrun(
      "run " FLOWRUN_SOURCE_DIR "/graphs/open_ms/segment.json --no-report --cases " + table + " --out " + folder.file("refused"),
      1);
  CHECK(
      refusal.find("was trained on voxels of 1 x 1 x 1 mm, but these are 5 x 5 x 5 mm; bring the images to that voxel size first "
                   "(graphs/resample.json does it)") != std::string::npos);
  run_graph("resample.json", table, folder, "one", " --set spacing=1.2,1.2,1.2");
  for (const char* name : {"flair", "t2", "t1"})
    fs::copy_file(folder.file(std::string("one/p_") + name + ".nii.gz"), folder.file(std::string("q_") + name + ".nii.gz"));
  run_graph("open_ms/segment.json", write_table(folder, {"q"}, {"flair", "t2", "t1"}), folder, "found",
            " --set candidate_threshold=3");
  CHECK(fs::exists(folder.file("found/q_lesions.nii.gz")));
}

}  // namespace
}  // namespace flowrun::testing
