#include "node_types.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "common/grid/inputs.h"
#include "common/histogram/split.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit"};
constexpr OptionalInput<Mask> kMask{"mask", "Voxels that count, on the volume's grid; all where it is not connected"};
constexpr Output<Number> kThreshold{"threshold", "The value between dark and bright, in the image's unit"};

constexpr double kTie = 1e-12;  ///< differences below this share are of rounding

struct Histogram {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  std::vector<std::int64_t> counts;

  double upper_edge(std::size_t bin) const {
    return low + (static_cast<double>(high) - low) * static_cast<double>(bin + 1) / static_cast<double>(counts.size());
  }
};

template <class Each>
void for_chosen(const Volume& volume, const Mask* mask, Each each) {
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    if (!mask || mask->voxels[i] != 0) each(volume.voxels[i]);
}

Histogram histogram_of(const Volume& volume, const Mask* mask, std::size_t bins) {
  const std::string name = grid::name_of(volume.source, "volume");
  Histogram found;
  for_chosen(volume, mask, [&](float value) {
    if (!std::isfinite(value))
      throw Error("'" + name + "' has values that are NaN or infinite, so it has no histogram; repair the image first");
    found.low = std::min(found.low, value);
    found.high = std::max(found.high, value);
  });
  if (!(found.low < found.high))
    throw Error(found.low > found.high ? "'" + name + "' has no voxels that count, so nothing parts them"
                                       : "all voxels of '" + name +
                                             "' that count have one value, so nothing parts them; it is "
                                             "probably the wrong file, or the wrong mask");
  found.counts.resize(bins);
  const double scale = static_cast<double>(bins) / (static_cast<double>(found.high) - found.low);
  for_chosen(volume, mask, [&](float value) {
    const auto bin = static_cast<std::size_t>((static_cast<double>(value) - found.low) * scale);
    ++found.counts[std::min(bin, bins - 1)];
  });
  return found;
}

class Otsu : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    const Mask* mask = context.in(kMask);
    grid::require_complete(volume, "volume");
    if (mask) grid::require_one_grid(volume, "volume", *mask, "mask");
    const Histogram histogram = histogram_of(volume, mask, static_cast<std::size_t>(context.params().integer("bins")));
    const auto split = histogram::best_split(histogram.counts, kTie);
    Number threshold;
    threshold.value = histogram.upper_edge((split.first + split.last) / 2);  // of several alike the middle one
    context.report("threshold", threshold.value);
    context.emit(kThreshold, std::move(threshold));
  }
};

}  // namespace

NodeType otsu_type() {
  NodeType type;
  type.name = "intensity.otsu";
  type.summary = "The value that parts an image best into dark and bright voxels";
  type.details =
      "Otsu's threshold (IEEE Transactions on Systems, Man, and Cybernetics 9, 1979): of all values that part the histogram in "
      "two, "
      "the one with the largest variance between the two classes. The histogram has 'bins' bins of one width from the smallest "
      "to "
      "the largest value that counts; the result is the upper edge of a bin. Where several are equally good, as in a gap without "
      "voxels, it is the middle one.\n\n"
      "The result is a Number, which another node takes as a parameter: \"above\": { \"number\": \"otsu.threshold\" }. Errors: "
      "no "
      "voxel counts; all have one value; values that are NaN or infinite; the mask is on another grid. Reports threshold.";
  type.inputs = {kVolume, kMask};
  type.outputs = {kThreshold};
  type.params = {{.name = "bins",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{256},
                  .help = "Bins of the histogram",
                  .min = 2,
                  .max = 65536}};
  type.concurrent = true;
  type.create = create_node<Otsu>;
  return type;
}

}  // namespace flowrun::intensity
