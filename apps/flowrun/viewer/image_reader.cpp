#include "viewer/image_reader.h"

#include <stdlib.h>

#include "flowrun/host/session.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGraph = R"({
  "format": 1, "name": "viewer", "inputs": { "file": { "type": "path", "help": "An image" } },
  "nodes": { "read": { "type": "io.read_volume", "params": { "path": "${file}", "nan": "zero", "sheared": "resample" } } },
  "outputs": { "volume": { "from": "read.volume", "help": "The image" } } })";

/// A folder that goes with this object.
struct ScratchFolder {
  fs::path path;
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "flowrun-viewer-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw Error("cannot make a folder in '" + fs::temp_directory_path().string() + "'");
    path = name;
  }
  ~ScratchFolder() {
    std::error_code unused;
    fs::remove_all(path, unused);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
};

}  // namespace

ImageReader::ImageReader(Registry& registry) {
  const ScratchFolder scratch;
  SessionRequest request;
  request.graph = scratch.path / "viewer.json";
  write_atomically(request.graph, kGraph);
  Diagnostics faults;
  session_ = std::make_unique<Session>(std::move(request), registry, faults);
  if (faults.has_errors())
    throw Error(
        "images cannot be read, because the node io.read_volume cannot be used; 'flowrun plugins --why' says why plugins "
        "are missing");
}

ImageReader::~ImageReader() = default;

ImageReader::Image ImageReader::read(const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) throw Error("it does not exist any more");
  SessionInput input;
  input.settings["file"] = fs::absolute(file).string();
  const SessionOutput output = session_->run(std::move(input));
  if (output.result.status != CaseStatus::done)
    throw Error(output.result.errors.empty() ? "it could not be read" : output.result.errors.front().message);
  return {std::static_pointer_cast<const Volume>(output.packets.at("volume")), output.result.warnings};
}

}  // namespace flowrun
