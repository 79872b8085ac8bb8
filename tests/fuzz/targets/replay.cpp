// What is kept of a failed firing beside its packets: replay.json.
#include "flowrun/host/replay.h"
#include "support/target.h"

using namespace flowrun;

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("replay.json");
  const std::filesystem::path folder = kFile.path().parent_path();
  kFile.write(bytes);
  accepts([&] {
    const ReplayBundle bundle = read_replay_bundle(folder);
    for (const ReplayInput& input : bundle.inputs)
      require(std::filesystem::path(input.file).filename() == input.file && input.file != "..", "packets lie in their folder");
    write_replay_bundle(folder, bundle);
    const std::string written = kFile.text();
    write_replay_bundle(folder, read_replay_bundle(folder));
    require(kFile.text() == written, "a description that was taken can be written and read");
  });
}
