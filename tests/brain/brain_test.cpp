// graphs/brain.json, run by the program.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "flowrun/testing/node_runner.h"
#include "support/graph_run.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = fs::path(FLOWRUN_SOURCE_DIR) / "graphs/models/deepbet";
const fs::path kPatient = fs::path(FLOWRUN_SHARED_DIR) / "data/open_ms_raw/patient12";
const fs::path kStripped = fs::path(FLOWRUN_SHARED_DIR) / "data/open_ms/patient07/FLAIR.nii.gz";

/// Says what is missing, when something is.
bool can_run(const fs::path& image) {
  for (const fs::path& file : {kModels / "bbox_model.pt", kModels / "model.pt"})
    if (!fs::exists(file)) return could_not_run("there is no " + file.string() + "; ./dev models fetches it"), false;
  if (!fs::exists(image)) return could_not_run("there is no " + image.string()), false;
  return true;
}

/// Runs the graph as case "head".
bool run(const RunFolder& folder, const std::string& options) {
  const bool good = run_graph(folder, FLOWRUN_SOURCE_DIR "/graphs/brain.json", "--case-name head " + options) == 0;
  if (!good) MESSAGE(folder.log());
  return good;
}

using Point = std::array<double, 3>;

/// The data set's transform from the common space to the image, p -> A (p - c) + c + t (ITK's text format), the other way round.
class ToCommonSpace {
 public:
  explicit ToCommonSpace(const fs::path& file) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      std::istringstream words(line);
      std::string word;
      words >> word;
      for (double value = 0; word == "Parameters:" && words >> value;) parameters_.push_back(value);
      for (double value = 0; word == "FixedParameters:" && words >> value;) centre_.push_back(value);
    }
    REQUIRE(parameters_.size() == 12);
    REQUIRE(centre_.size() == 3);
  }

  /// Cramer's rule.
  Point operator()(const Point& place) const {
    const double* a = parameters_.data();
    Point p;
    for (std::size_t i = 0; i < 3; ++i) p[i] = place[i] - centre_[i] - parameters_[9 + i];
    const auto minor = [a](int i, int j, int k, int l) { return a[i] * a[l] - a[j] * a[k]; };
    const double determinant = a[0] * minor(4, 5, 7, 8) - a[1] * minor(3, 5, 6, 8) + a[2] * minor(3, 4, 6, 7);
    const Point q{p[0] * minor(4, 5, 7, 8) - p[1] * minor(1, 2, 7, 8) + p[2] * minor(1, 2, 4, 5),
                  -p[0] * minor(3, 5, 6, 8) + p[1] * minor(0, 2, 6, 8) - p[2] * minor(0, 2, 3, 5),
                  p[0] * minor(3, 4, 6, 7) - p[1] * minor(0, 1, 6, 7) + p[2] * minor(0, 1, 3, 4)};
    return {q[0] / determinant + centre_[0], q[1] / determinant + centre_[1], q[2] / determinant + centre_[2]};
  }

 private:
  std::vector<double> parameters_, centre_;
};

/// The mask at the voxels of a grid, nearest.
std::vector<std::uint8_t> on_grid(const Mask& mask, const Geometry& grid, const ToCommonSpace& transform) {
  std::vector<std::uint8_t> found(static_cast<std::size_t>(grid.voxel_count()));
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto voxel = grid.voxel_at(i);
    Point place = grid.origin;
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t axis = 0; axis < 3; ++axis)
        place[row] += grid.direction[3 * row + axis] * grid.spacing[axis] * static_cast<double>(voxel[axis]);
    const Point there = transform(place);
    std::array<std::int64_t, 3> at{};
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double along = 0;
      for (std::size_t row = 0; row < 3; ++row)
        along += mask.geometry.direction[3 * row + axis] * (there[row] - mask.geometry.origin[row]);
      at[axis] = std::llround(along / mask.geometry.spacing[axis]);
      inside = inside && at[axis] >= 0 && at[axis] < mask.geometry.size[axis];
    }
    if (!inside) continue;
    found[static_cast<std::size_t>(i)] = mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(at[0], at[1], at[2]))];
  }
  return found;
}

/// What the steps in Python find, in the axes of the image; empty when they fail.
std::vector<std::uint8_t> reference(const RunFolder& folder, const Volume& image) {
  NodeRunner turn("geometry.reorient_volume", R"({"axes": "SAR"})");
  turn.input("volume", image).run();
  const Volume& turned = turn.output<Volume>("volume");
  std::ofstream(folder.file("image"), std::ios::binary)
      .write(reinterpret_cast<const char*>(turned.voxels.data()), static_cast<std::streamsize>(turned.bytes()));
  const auto [s, a, r] = turned.geometry.size;
  const std::string command = "/usr/bin/python3 '" FLOWRUN_TEST_FOLDER "/steps.py' '" + kModels.string() + "' '" +
                              folder.file("image") + "' " + std::to_string(r) + " " + std::to_string(a) + " " +
                              std::to_string(s) + " '" + folder.file("mask") + "'";
  if (std::system(command.c_str()) != 0) return {};
  Mask mask;
  mask.geometry = turned.geometry;
  const std::string bytes = folder.text("mask");
  mask.voxels.assign(bytes.begin(), bytes.end());
  NodeRunner back("geometry.reorient_mask_like");
  back.input("mask", mask).input("reference", image).run();
  return back.output<Mask>("mask").voxels;
}

}  // namespace

TEST_CASE("brain: of a raw clinical head, near the data set's own mask and equal to the steps in Python" *
          doctest::test_suite("needs deepbet models")) {
  if (!can_run(kPatient / "FLAIR.nii.gz")) return;
  const RunFolder folder("brain");
  REQUIRE(run(folder, "--in image='" + (kPatient / "FLAIR.nii.gz").string() + "'"));
  const Mask found = read_mask(folder.file("out/head_brain.nii.gz"));
  const Volume image = read_volume((kPatient / "FLAIR.nii.gz").string());
  CHECK(found.geometry == image.geometry);
  const Mask common = read_mask((kPatient / "brainmask_common_space.nii.gz").string());
  const auto expected = on_grid(common, image.geometry, ToCommonSpace(kPatient / "FLAIR_to_common_space.txt"));
  CHECK(dice(found.voxels, expected) >= 0.95);

  if (!python_has("torch, scipy, numpy")) return could_not_run("/usr/bin/python3 has no torch, scipy or numpy to compare with");
  const std::vector<std::uint8_t> wanted = reference(folder, image);
  REQUIRE(wanted.size() == found.voxels.size());
  std::int64_t differ = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) differ += wanted[i] != found.voxels[i];
  MESSAGE("voxels that differ from the steps in Python: " << differ);
  // The order of sums differs between the two, so a probability that is 0.5 to six digits may fall on either side.
  CHECK(differ <= 10);
}

TEST_CASE("brain: a stripped image is taken as it is, and a mask that is given wins, without the networks" *
          doctest::test_suite("needs deepbet models")) {
  if (!can_run(kStripped)) return;
  const RunFolder folder("brain");
  const std::string image = "--in image='" + kStripped.string() + "'";
  REQUIRE(run(folder, image));
  const Volume volume = read_volume(kStripped.string());
  const Mask found = read_mask(folder.file("out/head_brain.nii.gz"));
  for (std::size_t i = 0; i < found.voxels.size(); ++i) REQUIRE((found.voxels[i] != 0) == (volume.voxels[i] != 0));
  CHECK(folder.log().find("LEFT OUT") != std::string::npos);

  const std::string given = (kStripped.parent_path() / "lesions.nii.gz").string();
  if (!fs::exists(given)) return could_not_run("there is no " + given);
  REQUIRE(run(folder, image + " --in mask='" + given + "'"));
  CHECK(read_mask(folder.file("out/head_brain.nii.gz")).voxels == read_mask(given).voxels);
}

}  // namespace flowrun::testing
