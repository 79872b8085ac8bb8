#include "node_types.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/grid/inputs.h"
#include "doubt.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::check {
namespace {

constexpr Input<Volume> kVolume{"volume", "Any image"};
constexpr Output<Volume> kOutVolume{"volume", "The image as it came"};
constexpr Output<Number> kLargest{"largest", "Largest distance of two neighbouring voxels along an axis, in mm"};

std::string in_mm(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g mm", value);
  return text.data();
}

class Slices : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const std::string name = grid::name_of(volume.source, "volume");
    require_voxel_size(volume.geometry, name);
    const auto& spacing = volume.geometry.spacing;
    Number largest;
    largest.value = *std::max_element(spacing.begin(), spacing.end());
    largest.unit = "mm";
    context.report("largest_mm", largest.value);
    if (const double limit = context.params().number("above"); largest.value > limit)
      doubt(context, "the slices of '" + name + "' are " + in_mm(largest.value) + " apart, more than " + in_mm(limit) +
                         ": small lesions between them are missed and volumes are less certain");
    context.emit(kLargest, std::move(largest));
    context.pass(kVolume, kOutVolume);
  }
};

}  // namespace

NodeType slices_type() {
  NodeType type;
  type.name = "check.slices";
  type.summary = "Whether an image's slices are too thick for what follows";
  type.details =
      "Passes the image on as it is; nothing is copied. A voxel side of more than 'above' is a doubt: a warning, or the end of the "
      "case with 'on_doubt' \"fail\".\n\n"
      "The largest side is a Number for conditions and parameters: \"when\": { \"number\": \"slices.largest\", \"above\": 2 }. "
      "Reports largest_mm. Errors: a voxel size that is not above 0; an image with fewer values than voxels.";
  type.inputs = {kVolume};
  type.outputs = {kOutVolume, kLargest};
  type.params = {{.name = "above", .default_value = 4.0, .help = "Largest voxel side without a doubt", .min = 0, .unit = "mm"},
                 on_doubt()};
  type.concurrent = true;
  type.create = create_node<Slices>;
  return type;
}

}  // namespace flowrun::check
