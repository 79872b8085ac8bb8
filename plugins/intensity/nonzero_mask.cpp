#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "brain_signs.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image whose background is exactly 0"};
constexpr Output<Mask> kMask{"mask", "1 where the image is not 0, on the same grid"};

class NonzeroMask : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    warn_of_no_brain(context, volume);
    Mask result = image_like<Mask>(volume, flowrun::kMask);
    std::transform(volume.voxels.begin(), volume.voxels.end(), result.voxels.begin(),
                   [](float value) -> std::uint8_t { return value != 0 && !std::isnan(value); });
    context.report("voxels", static_cast<double>(std::count(result.voxels.begin(), result.voxels.end(), 1)));
    context.emit(kMask, std::move(result));
  }

 private:
  static void warn_of_no_brain(Context& context, const Volume& volume) {
    const std::string name = grid::name_of(volume.source, "volume");
    std::string sentence = not_stripped(volume, name);
    if (sentence.empty()) sentence = too_little(volume, name);
    if (!sentence.empty()) context.warn(sentence);
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
      "empty mask, which is no error. Reports voxels, the number of voxels in the mask.\n\n"
      "A mask that cannot be a brain is a warning: one that fills more than a quarter of the corners of the box around it, or "
      "has "
      "more than 2500 ml (the image was not skull-stripped, or its background is not 0), or less than 100 ml in an image of at "
      "least "
      "120 mm along each axis. Intracranial volumes of adults are about 1.1 to 2.0 l (Buckner et al., NeuroImage 2004), a "
      "newborn's "
      "brain has about 0.4 l (Knickmeyer et al., Journal of Neuroscience 2008). Boxes of fewer than 10 voxels along an axis have "
      "no "
      "corners to check.";
  type.inputs = {kVolume};
  type.outputs = {kMask};
  type.concurrent = true;
  type.create = create_node<NonzeroMask>;
  return type;
}

}  // namespace flowrun::intensity
