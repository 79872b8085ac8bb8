#include "node_types.h"

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"
#include "resampling.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "The result, with any number of voxels over the reference's box"};
constexpr Input<Volume> kReference{"reference", "The image whose grid is wanted, such as the one before it was resized"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The result on the reference's grid"};

template <class Image>
class ResizeLike : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    const Volume& reference = context.in(kReference);
    const std::string name = check(image, reference);
    if (image.geometry == reference.geometry) return context.pass(kIn<Image>, kOut<Image>);
    bool is_linear = false;
    if constexpr (std::is_same_v<Image, Volume>) is_linear = context.params().text("method") == "linear";
    Image result = resampled(context, image, name, reference.geometry, is_linear);
    if (!context.cancelled()) context.emit(kOut<Image>, std::move(result));
  }

 private:
  static std::string check(const Image& image, const Volume& reference) {
    grid::require_complete(image, kPort<Image>);
    grid::require_complete(reference, "reference");
    const std::string name = grid::name_of(image.source, kPort<Image>), other = grid::name_of(reference.source, "reference");
    require_box(image.geometry, name);
    require_box(reference.geometry, other);
    grid::require_one_space(image.facts, name, reference.facts, other);
    if (const std::string difference = box_difference(image.geometry, reference.geometry); !difference.empty())
      throw Error("'" + name + "' and the reference '" + other + "' do not fill one box of the world, they differ in " +
                  difference + "; give the image that was resized as the reference");
    return name;
  }
};

constexpr char kDetails[] =
    "The end of what geometry.resize_volume or geometry.resize_mask begins: brings a result back to the number of voxels of the "
    "image that was resized, and gives it that grid, equal to the last bit. Nearest or linear as there (a mask is nearest).\n\n"
    "Where the two grids are equal already the input is passed on without a copy. Errors: the two do not fill one box of the "
    "world (says what differs; the tolerance is that of all nodes) or are in different spaces; an image without a voxel or with "
    "a spacing that is not above 0; an image with fewer values than voxels; not enough memory.";

template <class Image>
NodeType like_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.resize_" + port + "_like";
  type.summary = std::string(port == "mask" ? "A mask" : "An image") + " on the voxels of another image of the same box";
  type.details = kDetails;
  type.inputs = {kIn<Image>, kReference};
  type.outputs = {kOut<Image>};
  if constexpr (std::is_same_v<Image, Volume>) type.params = {method_param()};
  type.concurrent = true;
  type.create = create_node<ResizeLike<Image>>;
  return type;
}

}  // namespace

NodeType resize_volume_like_type() { return like_type<Volume>(); }
NodeType resize_mask_like_type() { return like_type<Mask>(); }

}  // namespace flowrun::geometry
