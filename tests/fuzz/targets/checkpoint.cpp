// A training's checkpoint: the bytes as they are, and with the right checksum behind them, which lets them through the first
// door.
#include <cstring>

#include "support/target.h"
#include "train/checkpoint.h"
#include "train/random_order.h"

using namespace flowrun::train;

namespace {

constexpr std::size_t kWeights = 6;
constexpr std::uint64_t kFingerprint = 42;

void look_at_file(const std::filesystem::path& file) {
  flowrun::fuzz::accepts([&] {
    Progress progress;
    progress.weights.resize(kWeights);
    progress.optimiser.mean.resize(kWeights);
    progress.optimiser.square.resize(kWeights);
    if (!read_checkpoint(file.string(), kFingerprint, progress)) return;
    using flowrun::fuzz::require;
    require(
        progress.weights.size() == kWeights && progress.optimiser.mean.size() == kWeights && progress.optimiser.square.size() == kWeights,
        "a checkpoint that is taken has the weights of its network");
    require(progress.best.empty() || progress.best.size() == kWeights, "the best weights are weights of its network");
    require(progress.epoch >= 0 && progress.batch >= 0 && progress.optimiser.steps >= 0, "a training goes forwards");
  });
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("checkpoint");
  kFile.write(bytes);
  look_at_file(kFile.path());
  std::string sealed(bytes.substr(0, bytes.size() - std::min(bytes.size(), sizeof(std::uint64_t))));
  const std::uint64_t sum = hash_of(sealed);
  sealed.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  kFile.write(sealed);
  look_at_file(kFile.path());
}
