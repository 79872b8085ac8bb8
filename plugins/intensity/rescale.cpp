#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "common/grid/inputs.h"
#include "finite.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit"};
constexpr Output<Volume> kOutVolume{"volume", "The rescaled image, on the same grid"};

/// Mean and sd with ddof 1, in two passes in a fixed order.
struct Statistics {
  double mean = 0, sd = 0;

  explicit Statistics(const std::vector<float>& voxels) {
    for (const float value : voxels) mean += value;
    mean /= static_cast<double>(voxels.size());
    for (const float value : voxels) sd += (value - mean) * (value - mean);
    sd = std::sqrt(sd / static_cast<double>(voxels.size() - 1));
  }
};

void require_range(double low, double high, const std::string& name) {
  if (low < high) return;
  throw Error("for '" + name + "' parameter 'low' is " + to_string(ParamValue(low)) + " and 'high' is " +
              to_string(ParamValue(high)) + ", but 'high' must be above 'low'; where they are quantiles of the image, it is " +
              "nearly constant, which is probably the wrong file");
}

void require_contrast(const std::vector<float>& voxels, const std::string& name) {
  const auto [least, most] = std::minmax_element(voxels.begin(), voxels.end());
  if (*least < *most) return;
  throw Error("all voxels of '" + name + "' have one value when they are brought to 'low' and 'high', so there is no standard " +
              "deviation to divide by; check that the two fit the image, or leave 'standardise' off");
}

class Rescale : public Node {
 public:
  void process(Context& context) override {
    const Volume& shared = context.in(kVolume);
    grid::require_complete(shared, "volume");
    const std::string name = grid::name_of(shared.source, "volume");
    const double low = context.params().number("low"), high = context.params().number("high");
    require_range(low, high, name);
    require_finite(shared, "they have no place between 'low' and 'high'");
    Volume result = context.take(kVolume);
    for (float& value : result.voxels) value = static_cast<float>(std::clamp((value - low) / (high - low), 0.0, 1.0));
    if (context.params().flag("standardise")) standardise(context, result, name);
    context.emit(kOutVolume, std::move(result));
  }

 private:
  static void standardise(Context& context, Volume& volume, const std::string& name) {
    require_contrast(volume.voxels, name);
    const double mean = context.params().number("mean"), sd = context.params().number("sd");
    const Statistics found(volume.voxels);
    const double scale = sd / found.sd;
    for (float& value : volume.voxels) value = static_cast<float>((value - found.mean) * scale + mean);
    volume.facts.kind = mean == 0 && sd == 1 ? kStandardised : std::string_view();
    context.report("mean", found.mean);
    context.report("sd", found.sd);
  }
};

ParamSpec value_param(const char* name, const char* help) {
  return {.name = name, .help = help, .min = -3e38, .max = 3e38, .per_case = true};
}

}  // namespace

NodeType rescale_type() {
  NodeType type;
  type.name = "intensity.rescale";
  type.summary = "A range of values to 0..1, and from there to a mean and a standard deviation";
  type.details =
      "Each value becomes (value - low) / (high - low), below 0 it is 0 and above 1 it is 1. With 'standardise' the mean of "
      "these is then taken off, the rest divided by their standard deviation (ddof 1, over all voxels, the background too), "
      "multiplied by 'sd', and 'mean' is added. Computed in double precision. Networks take images as they were trained, often "
      "so.\n\n"
      "'low' and 'high' may be Numbers of other nodes: { \"number\": \"range.low\" } of intensity.quantiles. Reports with "
      "'standardise' mean and sd of the values from 0 to 1. The result's kind is standardised with mean 0 and sd 1, else not "
      "known; without 'standardise' it stays as it was. Errors: 'high' not above 'low'; an image without a voxel, with NaN or "
      "infinite values; with 'standardise' one value everywhere; an image with fewer values than voxels.";
  type.inputs = {kVolume};
  type.outputs = {kOutVolume};
  type.params = {value_param("low", "Value that becomes 0"),
                 value_param("high", "Value that becomes 1"),
                 {.name = "standardise",
                  .type = ParamType::boolean,
                  .default_value = false,
                  .help = "Whether the values from 0 to 1 are brought to 'mean' and 'sd'"},
                 {.name = "mean", .default_value = 0.0, .help = "Mean of the result", .min = -1e6, .max = 1e6},
                 {.name = "sd", .default_value = 1.0, .help = "Standard deviation of the result", .min = 0, .max = 1e6}};
  type.concurrent = true;
  type.create = create_node<Rescale>;
  return type;
}

}  // namespace flowrun::intensity
