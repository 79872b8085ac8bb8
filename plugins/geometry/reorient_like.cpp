#include "node_types.h"

#include <memory>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "The result, in any axes"};
constexpr Input<Volume> kReference{"reference", "The image whose axes and grid are wanted, such as the one that was read"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The same voxels on the reference's grid"};

template <class Image>
class ReorientLike : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    const Volume& reference = context.in(kReference);
    grid::require_complete(image, kPort<Image>);
    grid::require_complete(reference, "reference");
    const std::string name = grid::name_of(image.source, kPort<Image>), other = grid::name_of(reference.source, "reference");
    const grid::Turn turn = grid::turn_between(grid::axes_of(image.geometry, name), grid::axes_of(reference.geometry, other));
    require_same_grid(grid::turned(image.geometry, turn), name, reference.geometry, other);
    grid::require_one_space(image.facts, name, reference.facts, other);
    if (image.geometry == reference.geometry) return context.pass(kIn<Image>, kOut<Image>);
    Image result = turned_image(image, turn);
    result.geometry = reference.geometry;
    context.emit(kOut<Image>, std::move(result));
  }
};

constexpr char kDetails[] =
    "The end of what geometry.reorient_volume begins: exchanges and flips the axes of a result until they run as "
    "those of the reference, the image as it was read, and gives it the reference's grid, equal to the last bit. "
    "Which axis is which is decided as there, for oblique images too. No value is computed.\n\n"
    "When the grids are equal already the input is passed on without a copy. Errors: the two are not one grid in two "
    "orders of its axes (says what differs; the tolerance is that of all nodes); an image with fewer values than "
    "voxels.";

template <class Image>
NodeType like_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.reorient_" + port + "_like";
  type.summary = (port == "mask"     ? "A mask"
                  : port == "labels" ? "A label image"
                                     : "An image") +
                 std::string(" brought to the axes of another image of the same grid, exactly");
  type.details = kDetails;
  type.inputs = {kIn<Image>, kReference};
  type.outputs = {kOut<Image>};
  type.concurrent = true;
  type.create = create_node<ReorientLike<Image>>;
  return type;
}

}  // namespace

NodeType reorient_volume_like_type() { return like_type<Volume>(); }
NodeType reorient_mask_like_type() { return like_type<Mask>(); }
NodeType reorient_labels_like_type() { return like_type<Labels>(); }

}  // namespace flowrun::geometry
