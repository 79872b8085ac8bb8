#include "node_types.h"

#include <memory>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "In any axes"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The same voxels in the stated axes"};

template <class Image>
class Reorient : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    grid::require_complete(image, kPort<Image>);
    const std::string& words = context.params().text("axes");
    const auto wanted = grid::axes_from(words);
    if (!wanted)
      throw Error("parameter 'axes' is '" + words +
                  "'; one letter of L or R, one of A or P and one of S or I are expected, as LAS");
    const grid::Turn turn = grid::turn_between(grid::axes_of(image.geometry, grid::name_of(image.source, kPort<Image>)), *wanted);
    if (turn.is_identity()) context.pass(kIn<Image>, kOut<Image>);
    else context.emit(kOut<Image>, turned_image(image, turn));
  }
};

ParamSpec axes_param() {
  ParamSpec spec{.name = "axes", .type = ParamType::choice};
  spec.help = "The sides that x, y and z of the result run towards; LAS: to the left, to the front and up";
  spec.choices = grid::all_axes();
  return spec;
}

constexpr char kDetails[] =
    "A network sees the patch as it lies in memory. Trained on images whose x axis runs to the left, it sees "
    "mirrored heads in those whose x axis runs to the right, and finds other lesions in the same head. This node "
    "exchanges and flips the axes until they run as 'axes' says: no value is computed, and every voxel keeps its "
    "place in the world. Bring results back to the file's own axes with the nodes whose names end in _like.\n\n"
    "The three letters name the side that the axes x, y and z run towards: L or R, A (front) or P (back), S (up) "
    "or I (down). So nibabel's aff2axcodes and NIfTI's tools name them. ITK's older orientation codes name the "
    "side where an axis begins: its RAI is LPS here.\n\n"
    "Oblique images: each voxel axis counts as the body axis that it is nearest to, by the largest sum of cosines "
    "over the three, and the small angle stays as it is. Of equally near ones (within 0.0001, as at 45 degrees) "
    "the one is taken whose left-right axis, pointed to the left, points further to the left, then to the back, "
    "then up; so one head gives one result in whatever order it is stored.\n\n"
    "An image whose axes run so already is passed on without a copy. Error: an image with fewer values than voxels.";

template <class Image>
NodeType reorient_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.reorient_" + port;
  type.summary =
      (port == "mask" ? "A mask" : port == "labels" ? "A label image" : "An image") + std::string(" with its axes exchanged and flipped until they run as stated");
  type.details = kDetails;
  type.inputs = {kIn<Image>};
  type.outputs = {kOut<Image>};
  type.params = {axes_param()};
  type.concurrent = true;
  type.create = create_node<Reorient<Image>>;
  return type;
}

}  // namespace

NodeType reorient_volume_type() { return reorient_type<Volume>(); }
NodeType reorient_mask_type() { return reorient_type<Mask>(); }
NodeType reorient_labels_type() { return reorient_type<Labels>(); }

}  // namespace flowrun::geometry
