#include "node_types.h"
#include "common/grid/inputs.h"
#include "finite.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "quantile.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit"};
constexpr Output<Number> kLow{"low", "The value below which the share 'lower' of the voxels lies"};
constexpr Output<Number> kHigh{"high", "The value below which the share 'upper' of the voxels lies"};

Number number_of(double value) {
  Number number;
  number.value = value;
  return number;
}

class Quantiles : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const double lower = context.params().number("lower"), upper = context.params().number("upper");
    if (lower > upper)
      throw Error("parameter 'lower' is " + to_string(ParamValue(lower)) + " and 'upper' is " + to_string(ParamValue(upper)) +
                  "; 'lower' is the share of the smaller value, so exchange the two");
    require_finite(volume, "they have no order that a quantile could be taken of");
    std::vector<float> values = volume.voxels;
    const double low = quantile(values, 0, lower);
    const auto from = static_cast<std::size_t>(lower * static_cast<double>(values.size() - 1));
    const double high = quantile(values, from, upper);
    context.report("low", low);
    context.report("high", high);
    context.emit(kLow, number_of(low));
    context.emit(kHigh, number_of(high));
  }
};

ParamSpec share_param(const char* name, double value, const char* help) {
  return {.name = name, .default_value = value, .help = help, .min = 0, .max = 1};
}

}  // namespace

NodeType quantiles_type() {
  NodeType type;
  type.name = "intensity.quantiles";
  type.summary = "Two quantiles of an image, as numbers for other nodes";
  type.details =
      "The values below which the shares 'lower' and 'upper' of all voxels lie, such as the range of an image without its few "
      "extreme values. A quantile of share q of n voxels is the value of rank q * (n - 1) from 0 in ascending order, linear "
      "between the two ranks around it: the default of numpy.quantile and torch.quantile, in double precision. Every voxel "
      "counts, the background too.\n\n"
      "Both are Numbers: \"low\": { \"number\": \"range.low\" } gives one to a parameter, as of intensity.rescale. Reports low "
      "and high. Errors: an image without a voxel, or with NaN or infinite values; 'lower' above 'upper'; an image with fewer "
      "values than voxels.";
  type.inputs = {kVolume};
  type.outputs = {kLow, kHigh};
  type.params = {share_param("lower", 0.005, "Share of the voxels that lie below the lower value; 0.005 is half a percent"),
                 share_param("upper", 0.995, "Share of the voxels that lie below the higher value")};
  type.concurrent = true;
  type.create = create_node<Quantiles>;
  return type;
}

}  // namespace flowrun::intensity
