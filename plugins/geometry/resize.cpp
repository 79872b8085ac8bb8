#include "node_types.h"

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"
#include "resampling.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "In any grid"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The same box of the world with the stated number of voxels"};

constexpr double kMostVoxels = 2147483647;

Voxels size_of(const Params& params) {
  const auto& given = params.integers("size");
  const Voxels size{given[0], given[1], given[2]};
  const double count = static_cast<double>(size[0]) * static_cast<double>(size[1]) * static_cast<double>(size[2]);
  if (count > kMostVoxels)
    throw Error("parameter 'size' asks for " + words_of(size) + " voxels, more than the 2147483647 that an image may have; "
                "ask for fewer");
  return size;
}

template <class Image>
class Resize : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    grid::require_complete(image, kPort<Image>);
    const std::string name = grid::name_of(image.source, kPort<Image>);
    require_box(image.geometry, name);
    const Voxels size = size_of(context.params());
    if (size == image.geometry.size) return context.pass(kIn<Image>, kOut<Image>);
    bool is_linear = false;
    if constexpr (std::is_same_v<Image, Volume>) is_linear = context.params().text("method") == "linear";
    Image result = resampled(context, image, name, resized(image.geometry, size), is_linear);
    if (!context.cancelled()) context.emit(kOut<Image>, std::move(result));
  }
};

constexpr char kDetails[] =
    "Gives the box of the world that an image fills, from the outer face of its first voxels to that of its last, another "
    "number of voxels along each axis: the size that a network was trained on, or a coarse copy to look at first. Spacing and "
    "origin follow, the direction stays. Bring results back with geometry.resize_volume_like or geometry.resize_mask_like and "
    "the image as the reference.\n\n"
    "'nearest' takes the value of the voxel that the new centre lies in: voxel floor((i + 0.5) * from / to), computed in whole "
    "numbers, as torch.nn.functional.interpolate with mode nearest-exact. 'linear' is linear between the eight old centres "
    "around it, in double precision, as torch's trilinear with align_corners=False; beyond the outermost centres the outermost "
    "value is taken. Neither averages where the new grid is coarser, so fine patterns may alias: smooth first where that "
    "matters. Masks are nearest.\n\n"
    "A size that the image has already passes it on without a copy. NaN stays where it is, and spreads to its neighbours with "
    "linear. Errors: an image without a voxel; a spacing that is not above 0; more than 2147483647 voxels, or more than there "
    "is memory for; an image with fewer values than voxels.";

ParamSpec size_param() {
  return {.name = "size",
          .type = ParamType::integers,
          .help = "Voxels along x, y and z of the result",
          .min = 1,
          .max = 100000,
          .unit = "voxels",
          .length = 3};
}

template <class Image>
NodeType resize_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.resize_" + port;
  type.summary = std::string(port == "mask" ? "A mask" : "An image") + " with another number of voxels over the same box";
  type.details = kDetails;
  type.inputs = {kIn<Image>};
  type.outputs = {kOut<Image>};
  type.params = {size_param()};
  if constexpr (std::is_same_v<Image, Volume>) type.params.push_back(method_param());
  type.concurrent = true;
  type.create = create_node<Resize<Image>>;
  return type;
}

}  // namespace

NodeType resize_volume_type() { return resize_type<Volume>(); }
NodeType resize_mask_type() { return resize_type<Mask>(); }

}  // namespace flowrun::geometry
