// What images that were read say of themselves.
#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

ImageFacts facts_of(const std::string& path, const std::string& contrast = "") {
  NodeRunner runner("io.read_volume", {{"path", path}, {"contrast", contrast}});
  runner.run();
  return runner.output<Volume>("volume").facts;
}

}  // namespace

TEST_CASE(
    "read_volume: the contrast is what is said, or the suffix of a file's name of BIDS; then the image is one as measured") {
  const TempFolder folder;
  for (const char* name : {"sub-01_T1w.nii", "sub-01_mask.nii", "my_T1w.nii", "FLAIR.nii"})
    save(folder / name, nifti_bytes({4, 3, 2}));
  CHECK(facts_of(folder / "sub-01_T1w.nii").contrast == "T1w");
  CHECK(facts_of(folder / "sub-01_T1w.nii").kind == kIntensity);
  CHECK(facts_of(folder / "sub-01_T1w.nii", "T1").contrast == "T1");
  CHECK(facts_of(folder / "FLAIR.nii", "FLAIR").contrast == "FLAIR");
  for (const char* name : {"sub-01_mask.nii", "my_T1w.nii", "FLAIR.nii"}) CHECK(facts_of(folder / name) == ImageFacts());
}

TEST_CASE("read_volume: a file that is named as another contrast is refused") {
  const TempFolder folder;
  save(folder / "sub-01_T2w.nii", nifti_bytes({4, 3, 2}));
  NodeRunner runner("io.read_volume", {{"path", folder / "sub-01_T2w.nii"}, {"contrast", std::string("T1w")}});
  const std::string error = runner.error_of_run();
  CHECK(error.find("its name says T2w, but it is read as T1w; give the right file") != std::string::npos);
}

TEST_CASE("write_labels, read_labels: labels come back exactly, in the smallest type that has them all") {
  const TempFolder folder;
  struct Row {
    std::vector<std::int32_t> labels;
    int nifti_type;
  };
  for (const Row& row : {Row{{0, 1, 255, 7}, 2}, {{0, 1, 256, 65535}, 512}, {{0, 70000, 3, 16777215}, 8}, {{-1, 0, 1, 2}, 8}}) {
    Labels labels;
    labels.geometry.size = {2, 2, 1};
    labels.voxels = row.labels;
    NodeRunner writer("io.write_labels", {{"path", folder / "a.nii"}});
    writer.input("labels", labels).run();
    Bytes bytes = load(folder / "a.nii");
    CHECK(static_cast<unsigned char>(bytes[70]) + 256 * static_cast<unsigned char>(bytes[71]) == row.nifti_type);
    for (const char* suffix : {".nii.gz", ".nrrd", ".mha"}) {
      NodeRunner other("io.write_labels", {{"path", folder / ("a" + std::string(suffix))}});
      other.input("labels", labels).run();
      NodeRunner reader("io.read_labels", {{"path", folder / ("a" + std::string(suffix))}});
      reader.run();
      CHECK(reader.output<Labels>("labels").voxels == row.labels);
      CHECK(reader.output<Labels>("labels").facts.kind == kLabels);
    }
  }
}

TEST_CASE("read_labels: what is no label, or more than can be read exactly, is refused with its voxel") {
  const TempFolder folder;
  const auto refusal = [&](float value) {
    Volume volume;
    volume.geometry.size = {2, 1, 1};
    volume.voxels = {0, value};
    NodeRunner("io.write_volume", {{"path", folder / "a.nii"}}).input("volume", volume).run();
    return NodeRunner("io.read_labels", {{"path", folder / "a.nii"}}).error_of_run();
  };
  CHECK(refusal(1.5F).find("its voxel (1, 0, 0) is 1.5; labels are whole numbers: is it the right file?") != std::string::npos);
  CHECK(refusal(16777216.0F).find("labels are read up to 16777215") != std::string::npos);
  CHECK(refusal(3).empty());
}
