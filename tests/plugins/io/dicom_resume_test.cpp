// A DICOM folder that changes between a run and the next one with --resume, through the program itself.
#include <doctest/doctest.h>

#include <cstdlib>

#include "dicom_files.h"

#ifdef FLOWRUN_EXECUTABLE
using namespace flowrun;
using namespace flowrun::testing;

namespace {

void write_slice_at(const std::string& file, double z) {
  DicomSliceFile slice;
  slice.position = {0, 0, z};
  write_dicom_slice(file, slice);
}

/// What `flowrun run ... --resume` prints for the folder "dicom"; it has to end with this status.
std::string resumed(const TempFolder& folder, int status) {
  const std::string command =
      "cd '" + folder.path().string() +
      "' && '" FLOWRUN_EXECUTABLE
      "' run graph.json --in image=dicom --case-name a --out o --resume --plugin-path " FLOWRUN_TEST_PLUGINS
      " > said 2>&1 < /dev/null";
  const int ended = std::system(command.c_str());
  const Bytes said = load(folder / "said");
  const std::string text(said.begin(), said.end());
  CAPTURE(text);
  CHECK(WEXITSTATUS(ended) == status);
  return text;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("dicom: a folder that gained, lost or exchanged a slice since the run is read again with --resume") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "dicom");
  save(folder / "graph.json", R"({"format": 1, "name": "copy",
    "inputs": {"image": {"type": "path"}},
    "nodes": {"read": {"type": "io.read_volume", "params": {"path": "${image}"}},
              "write": {"type": "io.write_volume", "params": {"path": "${out}/${case}.nrrd"}, "inputs": {"volume": "read.volume"}}}})");
  for (int i = 0; i < 3; ++i) write_slice_at(folder / ("dicom/" + std::to_string(i) + ".dcm"), 3.0 * i);
  const auto slices = [&] { return read_back(folder / "o/a.nrrd").geometry.size[2]; };
  resumed(folder, 0);
  CHECK(slices() == 3);
  CHECK(says(resumed(folder, 0), "nothing to run"));
  write_slice_at(folder / "dicom/3.dcm", 9);
  CHECK(says(resumed(folder, 0), "input 'image' changed"));
  CHECK(slices() == 4);
  CHECK(says(resumed(folder, 0), "nothing to run"));
  std::filesystem::remove(folder / "dicom/0.dcm");
  CHECK(says(resumed(folder, 0), "input 'image' changed"));
  CHECK(slices() == 3);
  write_slice_at(folder / "dicom/8.dcm", 30);  // a gap
  CHECK(says(resumed(folder, 1), "a slice is missing"));
}
#endif
