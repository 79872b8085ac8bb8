#include "nonzero_mask.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

class NonzeroMask : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in<Volume>("volume");
    Mask result;
    result.geometry = volume.geometry;
    result.source = volume.source;
    result.voxels.resize(volume.voxels.size());
    std::transform(volume.voxels.begin(), volume.voxels.end(), result.voxels.begin(),
                   [](float value) -> std::uint8_t { return value != 0 && !std::isnan(value); });
    context.report("voxels", static_cast<double>(std::count(result.voxels.begin(), result.voxels.end(), 1)));
    context.emit("mask", std::move(result));
  }
};

}  // namespace

NodeType nonzero_mask_type() {
  NodeType type;
  type.name = "intensity.nonzero_mask";
  type.summary = "The voxels of an image that are not 0, as a mask";
  type.details =
      "1 where the image is not 0, negative values too; 0 elsewhere. In a skull-stripped image this is the brain, as the "
      "published code of Cabezas et al. (MSSEG challenge 2016) takes it. NaN counts as outside. An image of zeros gives an "
      "empty mask, which is no error. Reports voxels, the number of voxels in the mask.";
  type.inputs = {{.name = "volume", .payload = std::string(Volume::kType), .help = "Image whose background is exactly 0"}};
  type.outputs = {{.name = "mask", .payload = std::string(Mask::kType), .help = "1 where the image is not 0, on the same grid"}};
  type.concurrent = true;
  type.create = []() -> std::unique_ptr<Node> { return std::make_unique<NonzeroMask>(); };
  return type;
}

}  // namespace flowrun::intensity
