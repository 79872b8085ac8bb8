#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

void write(const Volume& volume, const std::string& path, const std::string& pixel_type = "float32", bool compress = true) {
  NodeRunner writer("io.write_volume", {{"path", path}, {"pixel_type", pixel_type}, {"compress", compress}});
  writer.input("volume", volume);
  writer.run();
  CHECK(writer.warnings().empty());
}

const char* const kSuffixes[] = {".nii.gz", ".nii", ".nrrd", ".mha"};

}  // namespace

TEST_CASE("write_volume: every format and compression comes back with its values and its oblique, anisotropic geometry") {
  const TempFolder folder;
  const Volume volume = oblique_volume({5, 4, 3});
  for (const std::string suffix : kSuffixes) {
    for (const bool compress : {true, false}) {
      CAPTURE(suffix);
      write(volume, folder / ("image" + suffix), "float32", compress);
      const Volume back = read_back(folder / ("image" + suffix));
      CHECK(back.voxels == volume.voxels);
      CHECK(back.geometry.size == volume.geometry.size);
      CHECK(geometry_distance(back.geometry, volume.geometry) < (suffix.starts_with(".nii") ? 2e-5 : 1e-9));
      CHECK(back.source == folder / ("image" + suffix));
    }
  }
  CHECK(folder.names().size() == 4);
}

TEST_CASE("write_volume: every pixel type comes back, whole-number types rounded to the nearest") {
  const TempFolder folder;
  Volume volume = oblique_volume({3, 3, 3});
  std::transform(volume.voxels.begin(), volume.voxels.end(), volume.voxels.begin(), [](float v) { return std::abs(v) * 9.3f; });
  for (const std::string suffix : kSuffixes) {
    for (const std::string type : {"float32", "float64", "int16", "uint16", "uint8"}) {
      CAPTURE(suffix);
      CAPTURE(type);
      write(volume, folder / (type + suffix), type);
      const Volume back = read_back(folder / (type + suffix));
      for (std::size_t i = 0; i < volume.voxels.size(); ++i)
        CHECK(back.voxels[i] == (type.starts_with("float") ? volume.voxels[i] : std::nearbyint(volume.voxels[i])));
    }
  }
}

TEST_CASE("write_volume: .nii.gz and compressed .nrrd and .mha are smaller than plain ones") {
  const TempFolder folder;
  Volume volume = oblique_volume({32, 32, 32});
  std::fill(volume.voxels.begin(), volume.voxels.end(), 7.0f);
  for (const std::string suffix : {".nii.gz", ".nrrd", ".mha"}) {
    write(volume, folder / ("c" + suffix), "float32", true);
    CHECK(load(folder / ("c" + suffix)).size() < 32 * 32 * 32);
  }
  for (const std::string suffix : {".nii", ".nrrd", ".mha"}) {
    write(volume, folder / ("p" + suffix), "float32", false);
    CHECK(load(folder / ("p" + suffix)).size() >= 4 * 32 * 32 * 32);
  }
}

TEST_CASE("write_mask: comes back as a mask in every format") {
  const TempFolder folder;
  Mask mask;
  mask.geometry = oblique_volume({4, 3, 2}).geometry;
  for (int i = 0; i < 24; ++i) mask.voxels.push_back(i % 3 == 0);
  for (const std::string suffix : kSuffixes) {
    CAPTURE(suffix);
    NodeRunner writer("io.write_mask", {{"path", folder / ("m" + suffix)}});
    writer.input("mask", mask);
    writer.run();
    NodeRunner reader("io.read_mask", {{"path", folder / ("m" + suffix)}});
    reader.run();
    CHECK(reader.output<Mask>("mask").voxels == mask.voxels);
    CHECK(geometry_distance(reader.output<Mask>("mask").geometry, mask.geometry) < 2e-5);
  }
}

TEST_CASE("write_volume: an older file is replaced and missing folders are made") {
  const TempFolder folder;
  write(oblique_volume({4, 4, 4}), folder / "a/b/image.nii.gz");
  write(oblique_volume({2, 2, 2}), folder / "a/b/image.nii.gz");
  CHECK(read_back(folder / "a/b/image.nii.gz").voxels.size() == 8);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "a/b"), {}) == 1);
}

TEST_CASE("write_volume: upper-case endings and names that start with a dot work") {
  const TempFolder folder;
  for (const std::string name : {"IMAGE.NII.GZ", ".hidden.nrrd", "IMAGE.MHA"}) {
    CAPTURE(name);
    write(oblique_volume({3, 2, 2}), folder / name);
    CHECK(read_back(folder / name).voxels == oblique_volume({3, 2, 2}).voxels);
  }
}

TEST_CASE("io: many threads read and write files of all formats at the same time") {
  const TempFolder folder;
  std::vector<std::thread> threads;
  std::vector<std::string> faults(8);
  found_plugins().create("io.read_volume");  // the registry belongs to one thread
  std::vector<std::unique_ptr<NodeRunner>> writers, readers;
  for (int i = 0; i < 8; ++i) {
    const std::string path = folder / (std::to_string(i) + kSuffixes[i % 4]);
    writers.push_back(std::make_unique<NodeRunner>("io.write_volume", NodeRunner::Values{{"path", path}}));
    readers.push_back(std::make_unique<NodeRunner>("io.read_volume", NodeRunner::Values{{"path", path}}));
    writers.back()->input("volume", oblique_volume({20 + i, 10, 10})).open();
    readers.back()->open();
  }
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5 && faults[i].empty(); ++round) {
        faults[i] = writers[i]->error_of_run();
        if (faults[i].empty()) faults[i] = readers[i]->error_of_run();
      }
      if (faults[i].empty() && readers[i]->output<Volume>("volume").voxels != oblique_volume({20 + i, 10, 10}).voxels)
        faults[i] = "other values";
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& fault : faults) CHECK(fault == "");
}
