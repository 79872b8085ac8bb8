#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "dicom_files.h"
#include "flowrun/testing/node_runner.h"
#include "image_files.h"

using namespace flowrun;
using namespace flowrun::testing;

namespace {

namespace fs = std::filesystem;

const std::string kLfs = "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') + "\nsize 123\n";
const std::string kAnnexObject = "annex/objects/SHA256E-s1--a.dcm";

/// "im0.dcm" to "im3.dcm", 3 mm apart.
void write_four(const TempFolder& folder, const std::string& ending = ".dcm") {
  for (int i = 0; i < 4; ++i) {
    DicomSliceFile slice;
    slice.position = {0, 0, 3.0 * i};
    write_dicom_slice(folder / ("im" + std::to_string(i) + ending), slice);
  }
}

using Damage = std::function<void(const std::string&)>;

Damage text(const std::string& content) {
  return [content](const std::string& file) { save(file, content); };
}

Damage link(const std::string& target) {
  return [target](const std::string& file) { fs::create_symlink(target, file); };
}

Damage cut(std::size_t size) {
  return [size](const std::string& file) {
    write_dicom_slice(file, {});
    Bytes bytes = load(file);
    bytes.resize(size);
    save(file, bytes);
  };
}

/// What is said when something else stands in the place of the first or last slice.
std::string error_with(const std::string& name, const Damage& damage, const std::string& ending = ".dcm") {
  const TempFolder folder;
  write_four(folder, ending);
  fs::remove(folder / name);
  damage(folder / name);
  const std::string error = read_error(folder.path().string());
  CAPTURE(name);
  CAPTURE(error);
  CHECK(error.find(folder / name) != std::string::npos);
  return error;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "read_volume: what stands in the place of a first or last DICOM slice and is no DICOM is an error that says what "
    "it is") {
  for (const std::string ending : {".dcm", ".IMA", "", ".img", ".0001"})
    for (const std::string stem : {"im0", "im3"}) {
      const std::string name = stem + ending;
      const auto error = [&](const Damage& damage) { return error_with(name, damage, ending); };
      CAPTURE(name);
      CHECK(has(error(text("")), "it is an empty file"));
      CHECK(has(error(text(std::string(2000, '\0'))), "begins with zeros"));
      CHECK(has(error(text(kLfs)), "a pointer of Git LFS: the image itself is missing; get it with 'git lfs pull'"));
      CHECK(has(error(text("/" + kAnnexObject + "\n")), "a pointer of git-annex"));
      CHECK(has(error(link("../.git/" + kAnnexObject)), "git-annex whose content is missing; get it with 'git annex get'"));
      CHECK(has(error(link("nowhere")), "a broken link to 'nowhere'"));
      CHECK(has(error(text("<html>404</html>")), "a web page"));
      CHECK(has(error([](const std::string& file) { fs::create_directory(file); }), "it is a folder"));
      CHECK(has(error([](const std::string& file) { REQUIRE(mkfifo(file.c_str(), 0600) == 0); }),
                "it is a pipe (FIFO); remove it"));
      CHECK(has(error(cut(100)), "no DICOM file; it is cut or damaged"));
      CHECK(has(error(cut(132)), "cut or damaged"));
      CHECK(has(error([](const std::string& file) {
                  write_dicom_slice(file, {});
                  save(file, gzipped(load(file)));
                }),
                "a gzip file; unpack it"));
    }
}

TEST_CASE("read_volume: a DICOM file of the chosen series without voxels is an error, one of another series is passed over") {
  const auto without_voxels = [](const std::string& series) {
    return [series](const std::string& file) {
      DicomSliceFile slice;
      if (!series.empty()) slice.series = series;
      save_dicom(file, slice_data(slice).remove(0x7fe00010));
    };
  };
  CHECK(has(error_with("im3.dcm", without_voxels("")),
            "of the same DICOM series as the slices in its folder, but it has no voxels"));
  CHECK(has(error_with("im0.dcm",
                       [](const std::string& file) { save_dicom(file, slice_data({}).remove(0x7fe00010).remove(0x0020000e)); }),
            "is like them, but it has no voxels"));
  const TempFolder folder;
  write_four(folder);
  without_voxels("1.2.3")(folder / "im9.dcm");
  CHECK(read_back(folder.path().string()).geometry.size[2] == 4);
  without_voxels("")(folder / "report");
  CHECK(has(read_error(folder.path().string()), "it has no voxels"));
}

TEST_CASE("read_volume: files, folders and links that are no slices by their names are passed over in a DICOM folder") {
  for (const std::string ending : {".dcm", ""}) {
    const TempFolder folder;
    write_four(folder, ending);
    for (const char* name : {"README", "README.md", "im3.png", "im3.json", ".DS_Store", "._im3.dcm", "DICOMDIR", "empty.txt"})
      save(folder / name, std::string(name) == "empty.txt" ? "" : "something else");
    fs::create_directory(folder / "derived");
    fs::create_symlink("nowhere", folder / "CHANGES");
    fs::create_symlink("../.git/" + kAnnexObject, folder / "dataset.json");
    save(folder / ("im3" + ending + ".gz"),
         gzipped(load(folder / ("im3" + ending))));  // a copy of a slice that is here
    CHECK(read_back(folder.path().string()).geometry.size[2] == 4);
    fs::remove(folder / ("im3" + ending));
    CHECK(has(read_error(folder.path().string()), "a gzip file; unpack it"));
    fs::remove(folder / ("im3" + ending + ".gz"));
    fs::create_symlink("nowhere", folder / "another");
    CHECK(has(read_error(folder.path().string()), "it lies among the slices of the DICOM series"));
  }
}

TEST_CASE("read_volume: slices named by hashes or UIDs are known by their names") {
  for (const bool hashes : {true, false}) {
    const TempFolder folder;
    const auto name = [&](int i) {
      const std::string number = std::to_string(i);
      return folder / (hashes ? "a" + number + "f09b7c" + number + "d" : "MR.1.2.840." + number + "." + std::string(1 + i, '7'));
    };
    for (int i = 0; i < 3; ++i) {
      DicomSliceFile slice;
      slice.position = {0, 0, 3.0 * i};
      write_dicom_slice(name(i), slice);
    }
    CHECK(read_back(folder.path().string()).geometry.size[2] == 3);
    save(name(3), "");
    CHECK(has(read_error(folder.path().string()), "it is an empty file"));
  }
}

TEST_CASE("read_volume: a folder whose DICOM files are not here, or lie one folder deeper, is refused with what to do") {
  const auto error_of = [](const std::function<void(const TempFolder&)>& fill) {
    const TempFolder folder;
    fill(folder);
    const std::string error = read_error(folder.path().string());
    CHECK(has(error, "this folder contains no DICOM image"));
    return error;
  };
  CHECK(has(error_of([](const TempFolder& folder) {
              for (const char* name : {"im0.dcm", "im1.dcm"}) fs::create_symlink("../.git/" + kAnnexObject, folder / name);
            }),
            "2 files in it cannot be read as DICOM: 'im0.dcm' is a link of git-annex whose content is missing; get it "
            "with 'git annex get' or 'datalad get'"));
  CHECK(has(error_of([](const TempFolder& folder) { save(folder / "IM0", kLfs); }), "get it with 'git lfs pull'"));
  CHECK(has(error_of([](const TempFolder& folder) { save(folder / "IM0", "/" + kAnnexObject + "\n"); }), "git annex get"));
  CHECK(has(error_of([](const TempFolder& folder) { save(folder / "IM0", ""); }),
            "1 file in it cannot be read as DICOM: 'IM0' is an empty file"));
  CHECK(has(error_of([](const TempFolder& folder) {
              save(folder / "README", "");
              fs::create_directory(folder / "series1");
              write_dicom_slice(folder / "series1/IM0", {});
            }),
            "no DICOM image; there are DICOM files one folder deeper, in 'series1': give that folder"));
}

TEST_CASE("read_volume: of two gaps between DICOM slices the larger one is where a slice is missing") {
  for (const bool early : {true, false}) {
    const TempFolder folder;
    for (const int i : early ? std::vector<int>{0, 2, 3} : std::vector<int>{0, 1, 3}) {
      DicomSliceFile slice;
      slice.position = {0, 0, 3.0 * i};
      write_dicom_slice(folder / ("im" + std::to_string(i)), slice);
    }
    CHECK(has(read_error(folder.path().string()), std::string("6 mm between ") + (early ? "'im0' and 'im2'" : "'im1' and 'im3'") +
                                                      ", elsewhere 3 mm; a slice is missing"));
  }
}

TEST_CASE("read_volume: positions at a multiple of Spacing Between Slices are a warning, for slices may be missing") {
  const auto warnings_with = [](double gap, double thickness) {
    const TempFolder folder;
    for (int i = 0; i < 4; ++i) {
      DicomSliceFile slice;
      slice.position = {0, 0, gap * i};
      save_dicom(folder / std::to_string(i), slice_data(slice).decimals(0x00180050, {thickness}).decimals(0x00180088, {2.5}));
    }
    const ReadDicom read = read_dicom(folder.path().string());
    CHECK(read.volume.geometry.spacing[2] == doctest::Approx(gap));
    return read.warnings;
  };
  const auto doubled = warnings_with(5, 2);
  REQUIRE(doubled.size() == 1);
  CHECK(has(doubled[0],
            "its slices lie 5 mm apart, but Spacing Between Slices (0018,0088) says 2.5 mm, so every second slice may"));
  CHECK(warnings_with(7.5, 2).size() == 1);
  CHECK(warnings_with(2.5, 2).empty());
  CHECK(warnings_with(7.5, 5).empty());  // the room between slices
}
