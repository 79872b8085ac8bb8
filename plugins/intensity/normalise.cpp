#include "node_types.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "brain_signs.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "quantile.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit"};
constexpr OptionalInput<Mask> kMask{"mask", "Voxels over which mean and sd are taken when 'over' is mask, on the volume's grid"};
constexpr Output<Volume> kOutVolume{"volume", "Image in sd from its mean, on the same grid"};

std::string four_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

struct Statistics {
  std::int64_t count = 0;
  double mean = 0;
  double sd = 0;
  bool constant = false;
  float lowest = 0, highest = 0;
};

/// Some values that are far from all others, such as 1e30, make the sd, and all other voxels become nearly 0. Between the
/// quantiles 0.01 and 0.99 of a head lie all tissues; vessels, skin and fluid are at most a few times as far from its median.
constexpr double kFarthest = 50, kTail = 0.01;
// n values among N that are far from all others are sqrt(N / n) sd from the mean: more than this where kTail at each end are far.
// FLAIR images of a brain end nearer, which spares them the quantiles.
constexpr double kNearest = 7;

/// Mean and population sd of the voxels for which chosen(index) is true. Two passes in a fixed order: exact enough for any image,
/// and the same to the last bit whatever the threads do.
template <class Chosen>
Statistics statistics_of(const std::vector<float>& voxels, Chosen chosen) {
  Statistics found;
  double sum = 0;
  float low = std::numeric_limits<float>::infinity();
  float high = -low;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (!chosen(i)) continue;
    ++found.count;
    sum += voxels[i];
    low = std::min(low, voxels[i]);
    high = std::max(high, voxels[i]);
  }
  if (found.count == 0) return found;
  found.mean = sum / static_cast<double>(found.count);
  double squares = 0;
  for (std::size_t i = 0; i < voxels.size(); ++i)
    if (chosen(i)) squares += (voxels[i] - found.mean) * (voxels[i] - found.mean);
  found.sd = std::sqrt(squares / static_cast<double>(found.count));
  found.lowest = low;
  found.highest = high;
  found.constant = low == high;  // rounding of the mean can leave an sd that is not quite 0
  return found;
}

Statistics statistics_over(const std::string& over, const Volume& volume, const Mask* mask) {
  const auto& voxels = volume.voxels;
  if (over == "all") return statistics_of(voxels, [](std::size_t) { return true; });
  if (over == "nonzero") return statistics_of(voxels, [&](std::size_t i) { return voxels[i] != 0; });
  return statistics_of(voxels, [&](std::size_t i) { return mask->voxels[i] != 0; });
}

/// What the voxels that count are called in a message.
std::string chosen_words(const std::string& over, const Mask* mask) {
  if (over == "all") return "voxels";
  if (over == "nonzero") return "non-zero voxels";
  return "voxels in '" + grid::name_of(mask->source, "mask") + "'";
}

void require_usable(const Statistics& found, const std::string& volume, const std::string& chosen) {
  if (found.count == 0)
    throw Error("'" + volume + "' has no " + chosen + ", so it has no mean to normalise by; check that the image is not empty" +
                " and that parameter 'over' names the right voxels");
  if (!std::isfinite(found.mean) || !std::isfinite(found.sd))
    throw Error("the " + chosen + " of '" + volume + "' include values that are NaN, infinite or too large to add up," +
                " so it has no mean and sd; repair the image first");
  if (found.constant || found.sd == 0)
    throw Error("all " + std::to_string(found.count) + " " + chosen + " of '" + volume + "' have one value, so its sd is 0 and" +
                " it cannot be normalised; a constant image is probably the wrong file");
}

const Mask* mask_for(Context& context, const std::string& over, const Volume& volume) {
  const Mask* mask = context.in(kMask);
  if (over != "mask") {
    if (mask)
      context.warn("input 'mask' is connected but not used, because parameter 'over' is '" + over + "'; say \"mask\" to use it");
    return nullptr;
  }
  if (!mask)
    throw Error("parameter 'over' is 'mask', but nothing is connected to input 'mask'; connect a mask or choose another 'over'");
  grid::require_one_grid(volume, "volume", *mask, "mask");
  return mask;
}

/// The mean over the voxels that are not 0 is the brain's only where these are the brain.
void warn_of_background(Context& context, const Volume& volume) {
  const std::string sentence = not_stripped(volume, grid::name_of(volume.source, "volume"));
  if (!sentence.empty()) context.warn(sentence + "; or connect a brain mask and set parameter 'over' to mask");
}

void warn_of_sign(Context& context, const Statistics& found, const std::string& volume, const std::string& chosen) {
  if (found.highest <= 0)
    context.warn("no value of the " + chosen + " of '" + volume +
                 "' is above 0, which no MR image has as it was measured: it may " +
                 "be inverted, or have a wrong intercept; look at it, and compare its brightness with the other images");
}

/// How many times as far from the median as the quantiles the farthest value is.
template <class Chosen>
double times_beyond_quantiles(const Volume& volume, const Statistics& found, Chosen chosen) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(found.count));
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    if (chosen(i)) values.push_back(volume.voxels[i]);
  const double low = quantile(values, 0, kTail), median = quantile(values, 0, 0.5), high = quantile(values, 0, 1 - kTail);
  const double reach = std::max(high - median, median - low);
  return reach > 0 ? std::max(found.highest - median, median - found.lowest) / reach : 0;
}

void warn_of_far_values(Context& context, const Volume& volume, const Statistics& found, const std::string& over,
                        const Mask* mask) {
  const double below = (found.mean - found.lowest) / found.sd, above = (found.highest - found.mean) / found.sd;
  if (std::max(below, above) <= kNearest) return;
  const double times = times_beyond_quantiles(volume, found, [&](std::size_t i) {
    return over == "all" || (over == "nonzero" ? volume.voxels[i] != 0 : mask->voxels[i] != 0);
  });
  if (times <= kFarthest) return;
  context.warn(
      "the " + chosen_words(over, mask) + " of '" + grid::name_of(volume.source, "volume") + "' have the value " +
      four_digits(above > below ? found.highest : found.lowest) + ", which is " + four_digits(times) +
      " times as far from their median as 98 % of them are; such values decide the sd, and little contrast is left in the "
      "rest: repair the image first");
}

class Normalise : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const std::string& over = context.params().text("over");
    const Mask* mask = mask_for(context, over, volume);
    const Statistics found = statistics_over(over, volume, mask);
    const std::string name = grid::name_of(volume.source, "volume");
    require_usable(found, name, chosen_words(over, mask));
    warn_of_sign(context, found, name, chosen_words(over, mask));
    warn_of_far_values(context, volume, found, over, mask);
    if (over == "nonzero") warn_of_background(context, volume);
    context.report("mean", found.mean);
    context.report("sd", found.sd);

    Volume result = context.take(kVolume);
    for (float& value : result.voxels) value = static_cast<float>((value - found.mean) / found.sd);
    result.facts.kind = kStandardised;
    context.emit(kOutVolume, std::move(result));
  }
};

}  // namespace

NodeType normalise_type() {
  NodeType type;
  type.name = "intensity.normalise";
  type.summary = "Mean 0 and standard deviation 1 over the brain, for every voxel";
  type.details =
      "Subtracts the mean of the chosen voxels and divides by their population standard deviation (ddof 0), both summed in "
      "double precision. Every voxel is transformed, those that were not chosen too: a background of 0 becomes -mean/sd. The "
      "result is in units of sd (z-scores). Source: Cabezas et al., MSSEG challenge 2016; their code takes the voxels that "
      "are not 0 as the brain.\n\n"
      "Resampled images can hold zeros inside the brain and values that are not 0 outside: give a mask then, the same for all "
      "images of a head.\n\n"
      "Errors: no voxel is chosen; the chosen voxels all have one value or include NaN or infinity; the mask is on another "
      "grid; 'over' is mask and none is connected. A mask that is connected but not used is a warning, and so are chosen voxels "
      "of which "
      "none is above 0, values that are 50 times as far from the median as 98 % are and, with 'over' nonzero, voxels that cannot "
      "be a brain "
      "(intensity.nonzero_mask says by what signs). "
      "Reports mean and sd in the units of "
      "the "
      "image.";
  type.inputs = {kVolume, kMask};
  type.outputs = {kOutVolume};
  type.params = {{.name = "over",
                  .type = ParamType::choice,
                  .default_value = std::string("nonzero"),
                  .help = "Voxels whose mean and sd are used: those that are not 0, those of the mask, or all",
                  .choices = {"nonzero", "mask", "all"}}};
  type.concurrent = true;
  type.create = create_node<Normalise>;
  return type;
}

}  // namespace flowrun::intensity
