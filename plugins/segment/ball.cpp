#include "node_types.h"

#include <algorithm>

#include "common/distance/distance.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; any value but 0 is inside"};
constexpr Output<Mask> kOutMask{"mask", "The changed mask, 1 inside, on the same grid"};

/// Files keep spacings in float32: a voxel 3 times 0.7 mm away lies within 2.1 mm.
constexpr double kRounding = 1e-6;

template <bool kGrow>
class Ball : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    grid::require_spacing(mask, "mask");
    const double radius = context.params().number("radius") * (1 + kRounding), limit = radius * radius;
    const std::vector<double> distance = distance::squared_distance(mask, kGrow, limit, context);
    if (context.cancelled()) return;
    Mask result = image_like<Mask>(mask);
    std::transform(distance.begin(), distance.end(), result.voxels.begin(),
                   [limit](double squared) -> std::uint8_t { return kGrow ? squared <= limit : !(squared <= limit); });
    const auto voxels = static_cast<double>(std::count(result.voxels.begin(), result.voxels.end(), 1));
    context.report("voxels", voxels);
    context.report("volume_ml", voxels * mask.geometry.voxel_volume() / 1000);
    context.emit(kOutMask, std::move(result));
  }
};

constexpr char kCommon[] =
    "Distances are Euclidean between the centres of voxels, in mm by the image's spacing along each axis, so on thick slices the "
    "ball has fewer voxels along z, as it should; a radius below the spacing of an axis changes nothing along it. They come from "
    "an exact distance transform (Felzenszwalb and Huttenlocher, Theory of Computing 2012), so the time does not grow with the "
    "radius. A voxel at the radius itself counts as within it, with a relative tolerance of 1e-6, because files keep spacings in "
    "float32. Radius 0 changes nothing but labels, which become 1.\n\n"
    "Opening (erode, then dilate) takes thin bridges away, closing (dilate, then erode) fills thin gaps. An empty mask stays "
    "empty. Errors: a spacing that is not above 0 and finite; a mask with fewer values than voxels. Reports voxels and volume_ml "
    "of the result.";

NodeType ball_type(const char* name, const char* summary, const std::string& rule) {
  NodeType type;
  type.name = name;
  type.summary = summary;
  type.details = rule + kCommon;
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {{.name = "radius", .default_value = 1.0, .help = "Radius of the ball", .min = 0, .max = 1000, .unit = "mm"}};
  type.concurrent = true;
  return type;
}

}  // namespace

NodeType dilate_type() {
  NodeType type = ball_type("segment.dilate", "A mask grown by a ball of a radius in mm",
                            "1 at each voxel that is within 'radius' of a voxel of the mask (binary dilation by a ball). ");
  type.create = create_node<Ball<true>>;
  return type;
}

NodeType erode_type() {
  NodeType type = ball_type("segment.erode", "A mask shrunk by a ball of a radius in mm",
                            "1 at each voxel of the mask that has no voxel outside the mask within 'radius' (binary erosion by a "
                            "ball). What lies beyond the image counts as inside, as in ITK: a mask that is cut off by the "
                            "image's border does not shrink from there. ");
  type.create = create_node<Ball<false>>;
  return type;
}

}  // namespace flowrun::segment
