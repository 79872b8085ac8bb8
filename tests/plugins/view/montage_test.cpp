#include <doctest/doctest.h>
#include <png.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "flowrun/testing/node_runner.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

using Pixel = std::array<int, 3>;
constexpr Pixel kFound{255, 176, 0};
constexpr Pixel kReference{86, 180, 233};
constexpr int kTile = 300, kGap = 6;  // as the page is laid out

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> bytes;

  Pixel at(int x, int y) const {
    const std::size_t place = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    return {bytes[place], bytes[place + 1], bytes[place + 2]};
  }
  /// Pixels of a colour with x0 <= x < x1 and y0 <= y < y1: how many, and their middle.
  struct Spot {
    int count = 0;
    double x = 0;
    double y = 0;
  };
  Spot find(Pixel colour, int x0 = 0, int x1 = 1 << 20, int y0 = 0, int y1 = 1 << 20) const {
    Spot spot;
    for (int y = y0; y < std::min(y1, height); ++y)
      for (int x = x0; x < std::min(x1, width); ++x)
        if (at(x, y) == colour) ++spot.count, spot.x += x, spot.y += y;
    if (spot.count) spot.x /= spot.count, spot.y /= spot.count;
    return spot;
  }
};

Picture decode(const std::string& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, file.c_str()));
  image.format = PNG_FORMAT_RGB;
  Picture picture{static_cast<int>(image.width), static_cast<int>(image.height),
                  std::vector<unsigned char>(PNG_IMAGE_SIZE(image))};
  REQUIRE(png_image_finish_read(&image, nullptr, picture.bytes.data(), 0, nullptr));
  return picture;
}

class TempFolder {
 public:
  TempFolder() : path_(std::filesystem::temp_directory_path() / ("flowrun-view-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  long entries() const { return std::distance(std::filesystem::directory_iterator(path_), {}); }

 private:
  std::filesystem::path path_;
};

/// A bright box as the head, all of the grid but a border of 4 voxels.
Volume head(std::array<std::int64_t, 3> size) {
  Volume volume;
  volume.geometry.size = size;
  volume.source = "head.nii.gz";
  volume.voxels.assign(static_cast<std::size_t>(volume.geometry.voxel_count()), 0);
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i) {
    const auto voxel = volume.geometry.voxel_at(i);
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis) inside = inside && voxel[axis] >= 4 && voxel[axis] < size[axis] - 4;
    if (inside) volume.voxels[static_cast<std::size_t>(i)] = 100 + static_cast<float>(i % 7);
  }
  return volume;
}

Mask empty_mask(const Volume& like) {
  Mask mask;
  mask.geometry = like.geometry;
  mask.source = "mask.nii.gz";
  mask.voxels.assign(like.voxels.size(), 0);
  return mask;
}

void add_cube(Mask& mask, std::array<std::int64_t, 3> corner, std::int64_t edge) {
  for (std::int64_t z = 0; z < edge; ++z)
    for (std::int64_t y = 0; y < edge; ++y)
      for (std::int64_t x = 0; x < edge; ++x)
        mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(corner[0] + x, corner[1] + y, corner[2] + z))] = 1;
}

struct Montage : NodeRunner {
  Montage(const std::string& path, const Volume& image, const Mask& mask, std::int64_t columns = 1, std::int64_t rows = 1)
      : NodeRunner("view.montage", {{"path", path}, {"columns", columns}, {"rows", rows}}) {
    input("image", image).input("mask", mask);
  }
};

}  // namespace

TEST_CASE("montage: reports volume and number of lesions, and draws the outline of what was found") {
  const TempFolder folder;
  Volume image = head({48, 48, 24});
  image.geometry.spacing = {1, 1, 2};
  Mask mask = empty_mask(image);
  add_cube(mask, {10, 10, 10}, 4);
  add_cube(mask, {30, 30, 10}, 4);
  Montage runner(folder / "a/b.png", image, mask);
  runner.run();
  CHECK(runner.reports().at("lesions") == 2);
  CHECK(runner.reports().at("lesion_volume_ml") == doctest::Approx(0.256));
  const Picture picture = decode(folder / "a/b.png");
  CHECK(picture.width == kTile + 2 * kGap);
  CHECK(picture.find(kFound).count > 100);
  CHECK(picture.find(kReference).count == 0);
}

TEST_CASE("montage: without a mask it shows the image alone, and reports no lesions") {
  const TempFolder folder;
  NodeRunner runner("view.montage", {{"path", folder / "a.png"}});
  runner.input("image", head({48, 48, 24})).run();
  CHECK(runner.reports().empty());
  const Picture picture = decode(folder / "a.png");
  CHECK(picture.width == 4 * kTile + 5 * kGap);
  CHECK(picture.find(kFound).count == 0);
}

TEST_CASE("montage: a mask with a label is outlined and not counted") {
  const TempFolder folder;
  Volume image = head({48, 48, 24});
  Mask mask = empty_mask(image);
  add_cube(mask, {10, 10, 4}, 16);
  NodeRunner runner("view.montage", {{"path", folder / "a.png"}, {"label", std::string("brain")}});
  runner.input("image", image).input("mask", mask).run();
  CHECK(runner.reports().empty());
  CHECK(decode(folder / "a.png").find(kFound).count > 100);
}

TEST_CASE("montage: labels are areas of colour with a legend, and an outline lies over them") {
  const TempFolder folder;
  Volume image = head({48, 48, 24});
  Labels labels;
  labels.geometry = image.geometry;
  labels.voxels.assign(image.voxels.size(), 0);
  for (std::int64_t i = 0; i < image.geometry.voxel_count(); ++i)
    if (image.voxels[static_cast<std::size_t>(i)] > 0)
      labels.voxels[static_cast<std::size_t>(i)] = image.geometry.voxel_at(i)[0] < 24 ? 2 : 7;
  labels.names = {{2, "left half"}};
  constexpr Pixel kFirst{230, 159, 0}, kSecond{86, 180, 233};
  NodeRunner runner("view.montage",
                    {{"path", folder / "a.png"}, {"columns", std::int64_t{1}}, {"rows", std::int64_t{1}}, {"opacity", 1.0}});
  runner.input("image", image).input("labels", labels).run();
  CHECK(runner.reports().empty());
  const Picture picture = decode(folder / "a.png");
  const auto first = picture.find(kFirst, 0, picture.width, 0, kTile), second = picture.find(kSecond, 0, picture.width, 0, kTile);
  CHECK(first.count > 10000);
  CHECK(std::abs(first.count - second.count) < first.count / 10);
  CHECK(first.x < second.x);                                                   // x runs to the patient's left
  CHECK(picture.find(kFirst, 0, picture.width, kTile + 2 * kGap).count > 50);  // the legend
  CHECK(picture.find(kSecond, 0, picture.width, kTile + 2 * kGap).count > 50);

  Mask mask = empty_mask(image);
  add_cube(mask, {20, 20, 10}, 8);
  NodeRunner both("view.montage", {{"path", folder / "b.png"}, {"opacity", 0.5}});
  both.input("image", image).input("labels", labels).input("mask", mask).run();
  CHECK(decode(folder / "b.png").find(kFound).count > 100);
  labels.geometry.spacing[0] = 2;
  NodeRunner other("view.montage", {{"path", folder / "c.png"}});
  other.input("image", image).input("labels", labels);
  CHECK(other.error_of_run().find("are not on one grid: spacing") != std::string::npos);
}

TEST_CASE("montage: radiological view, whatever the axes are: patient's left on the right, anterior up") {
  const TempFolder folder;
  // Each row: the direction matrix, and the corner of a cube that lies to the patient's left and anterior.
  struct View {
    std::array<double, 9> direction;
    std::array<std::int64_t, 3> corner;
  };
  for (const View& view :
       {View{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {30, 8, 20}}, View{{-1, 0, 0, 0, -1, 0, 0, 0, 1}, {8, 30, 20}},
        View{{0, 0, 1, 1, 0, 0, 0, -1, 0}, {8, 20, 30}}, View{{0.9, 0.1, -0.4, 0, 0.97, 0.24, 0.42, -0.22, 0.88}, {30, 8, 20}}}) {
    Volume image = head({44, 44, 44});
    image.geometry.direction = view.direction;
    Mask mask = empty_mask(image);
    add_cube(mask, view.corner, 6);
    Montage runner(folder / "a.png", image, mask);
    runner.run();
    const Picture picture = decode(folder / "a.png");
    const Picture::Spot spot = picture.find(kFound, kGap, kGap + kTile, kGap, kGap + kTile);
    CHECK(spot.count > 50);
    CHECK(spot.x > kGap + 0.6 * kTile);
    CHECK(spot.y < kGap + 0.4 * kTile);
  }
}

TEST_CASE("montage: voxels that are not cubes keep their proportions") {
  const TempFolder folder;
  Volume image = head({40, 80, 12});
  image.geometry.spacing = {2, 1, 5};  // 80 x 80 mm
  Mask mask = empty_mask(image);
  add_cube(mask, {10, 20, 5}, 2);
  Montage runner(folder / "a.png", image, mask);
  runner.run();
  const Picture picture = decode(folder / "a.png");
  int low_x = picture.width, high_x = 0, low_y = picture.height, high_y = 0;
  for (int y = kGap; y < kGap + kTile - 20; ++y)
    for (int x = kGap; x < kGap + kTile; ++x)
      if (picture.at(x, y) == kFound)
        low_x = std::min(low_x, x), high_x = std::max(high_x, x), low_y = std::min(low_y, y), high_y = std::max(high_y, y);
  CHECK((high_x - low_x) > 1.5 * (high_y - low_y));  // 4 x 2 mm
}

TEST_CASE("montage: distinct lesions are shown rather than one large lesion many times") {
  const TempFolder folder;
  const Volume image = head({60, 60, 60});
  Mask mask = empty_mask(image);
  add_cube(mask, {10, 10, 25}, 16);  // large, in the middle
  add_cube(mask, {40, 40, 8}, 3);    // small, low
  add_cube(mask, {40, 10, 50}, 3);   // small, high
  Montage runner(folder / "a.png", image, mask, 4, 1);
  runner.run();
  const Picture picture = decode(folder / "a.png");
  CHECK(picture.width == 4 * kTile + 5 * kGap);
  const int half = kGap + kTile / 2, right = kGap + kTile, bottom = kGap + kTile;
  CHECK(picture.find(kFound, half, right, half, bottom).count > 10);  // the lowest slice first: posterior, on the right
  const int last = 3 * (kTile + kGap);
  CHECK(picture.find(kFound, last + half, last + right, kGap, half).count > 10);
}

TEST_CASE("montage: an empty mask gives evenly spaced slices and no outline") {
  const TempFolder folder;
  const Volume image = head({40, 40, 40});
  Montage runner(folder / "a.png", image, empty_mask(image), 3, 2);
  runner.run();
  CHECK(runner.reports().at("lesions") == 0);
  CHECK(runner.reports().at("lesion_volume_ml") == 0);
  const Picture picture = decode(folder / "a.png");
  CHECK(picture.width == 3 * kTile + 4 * kGap);
  CHECK(picture.find(kFound, 0, picture.width, 0, 2 * kTile).count == 0);
  CHECK(picture.find(kFound).count > 0);  // the legend
}

TEST_CASE("montage: the reference has its own colour, and its missed lesions are shown") {
  const TempFolder folder;
  const Volume image = head({40, 40, 40});
  Mask reference = empty_mask(image);
  add_cube(reference, {20, 20, 20}, 6);
  Montage runner(folder / "a.png", image, empty_mask(image));
  runner.input("reference", reference);
  runner.run();
  const Picture picture = decode(folder / "a.png");
  CHECK(picture.find(kReference, kGap, kGap + kTile, kGap, kGap + kTile).count > 50);
  CHECK(picture.find(kFound, kGap, kGap + kTile, kGap, kGap + kTile).count == 0);
}

TEST_CASE("montage: images of any shape and value are drawn, with fewer slices than places too") {
  const TempFolder folder;
  for (const std::array<std::int64_t, 3> size : {std::array<std::int64_t, 3>{1, 1, 1}, {300, 1, 1}, {1, 300, 2}, {5, 4, 3}}) {
    Volume image;
    image.geometry.size = size;
    image.voxels.assign(static_cast<std::size_t>(image.geometry.voxel_count()), 0);
    for (const float value : {0.0f, -3.0f, NAN}) {
      image.voxels[0] = value;
      Montage runner(folder / "a.png", image, empty_mask(image), 4, 3);
      runner.run();
      CHECK(decode(folder / "a.png").width >= kTile);
    }
  }
}

TEST_CASE("montage: grids that differ are named with their files, and nothing is written") {
  const TempFolder folder;
  const Volume image = head({20, 20, 20});
  Mask mask = empty_mask(image);
  mask.geometry.spacing[2] = 1.5;
  CHECK(Montage(folder / "a.png", image, mask)
            .error_of_run()
            .starts_with("'head.nii.gz' and 'mask.nii.gz' are not on one grid: spacing"));
  Mask short_mask = empty_mask(image);
  short_mask.voxels.pop_back();
  CHECK(Montage(folder / "a.png", image, short_mask)
            .error_of_run()
            .starts_with("'mask.nii.gz' has 7999 voxels where its geometry says 8000"));
  Mask far = empty_mask(image);
  far.source = "rater.nii.gz";
  far.geometry.origin[0] = 9;
  Montage runner(folder / "a.png", image, empty_mask(image));
  runner.input("reference", far);
  CHECK(runner.error_of_run().starts_with("'head.nii.gz' and 'rater.nii.gz' are not on one grid: origin"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("montage: a picture that cannot be written is an error with its name, and no temporary is left") {
  const TempFolder folder;
  const Volume image = head({20, 20, 20});
  std::ofstream(folder / "file") << "x";
  CHECK(Montage(folder / "file/a.png", image, empty_mask(image))
            .error_of_run()
            .starts_with("cannot make the folder '" + (folder / "file")));
  std::filesystem::create_directories(folder / "a.png");
  CHECK(Montage(folder / "a.png", image, empty_mask(image))
            .error_of_run()
            .starts_with("cannot write '" + (folder / "a.png") + "': it is a folder"));
  CHECK(folder.entries() == 2);
}
