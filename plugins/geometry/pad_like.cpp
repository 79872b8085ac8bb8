#include "node_types.h"

#include "box.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "What was cropped, or a result that was computed on it"};
constexpr Input<Volume> kReference{"reference", "The image whose grid is wanted, such as the one that was cropped"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The same voxels on the reference's grid"};

void require_spacing(const Geometry& grid, const std::string& name) {
  for (const double spacing : grid.spacing)
    if (!(spacing > 0)) throw Error("'" + name + "' has a spacing that is not above 0; repair its header first");
}

template <class Image>
class PadLike : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    const Volume& reference = context.in(kReference);
    grid::require_complete(image, kPort<Image>);
    grid::require_complete(reference, "reference");
    const std::string name = grid::name_of(image.source, kPort<Image>), other = grid::name_of(reference.source, "reference");
    if (image.geometry == reference.geometry) return context.pass(kIn<Image>, kOut<Image>);
    require_spacing(reference.geometry, other);
    const Box box = place_in(image.geometry, name, reference.geometry, other);
    Image result;
    result.geometry = reference.geometry;
    reserve_large(result.voxels, reference.voxels.size());
    result.voxels.assign(reference.voxels.size(), outside(context.params()));
    result.source = image.source;
    result.facts = image.facts;
    copy_in(image.voxels, reference.geometry, box, result.voxels);
    context.emit(kOut<Image>, std::move(result));
  }

 private:
  using Value = typename decltype(Image::voxels)::value_type;
  static Value outside(const Params& params) {
    if constexpr (std::is_same_v<Image, Mask>) return static_cast<Value>(params.integer("outside"));
    else return static_cast<Value>(params.number("outside"));
  }
};

constexpr char kDetails[] =
    "The end of what geometry.crop_volume or geometry.crop_mask begins: puts a cropped image, or a result on its grid, back "
    "where it was cut out of the reference, and gives it the reference's grid, equal to the last bit. Voxels of the reference "
    "outside of it become 'outside'. No value is computed, so cropping and padding give back every voxel of the box "
    "unchanged.\n\n"
    "Where the two grids are equal already the input is passed on without a copy. Errors: the image is no part of the reference "
    "(another spacing or direction, voxels between those of the reference, or some that lie outside of it; the tolerance is that "
    "of all nodes); a spacing that is not above 0; an image with fewer values than voxels.";

template <class Image>
ParamSpec outside_param() {
  ParamSpec spec{.name = "outside", .help = "Value of the voxels that the image does not reach"};
  if constexpr (std::is_same_v<Image, Mask>) {
    spec.type = ParamType::integer;
    spec.default_value = std::int64_t{0};
    spec.min = 0;
    spec.max = 255;
  } else {
    spec.default_value = 0.0;
    spec.min = -3e38;
    spec.max = 3e38;
  }
  return spec;
}

template <class Image>
NodeType pad_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.pad_" + port + "_like";
  type.summary = std::string(port == "mask" ? "A cropped mask" : "A cropped image") + " back on the whole image's grid, exactly";
  type.details = kDetails;
  type.inputs = {kIn<Image>, kReference};
  type.outputs = {kOut<Image>};
  type.params = {outside_param<Image>()};
  type.concurrent = true;
  type.create = create_node<PadLike<Image>>;
  return type;
}

}  // namespace

NodeType pad_volume_like_type() { return pad_type<Volume>(); }
NodeType pad_mask_like_type() { return pad_type<Mask>(); }

}  // namespace flowrun::geometry
