#include "node_types.h"

#include <memory>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/transform.h"
#include "spaces.h"

namespace flowrun::registration {
namespace {

constexpr VariadicInput<Transform> kParts{"transforms", "Transforms, applied to a place from first to last"};
constexpr Output<Transform> kWhole{"transform", "All of them as one"};
constexpr Input<Transform> kForward{"transform", "Any transform"};
constexpr Output<Transform> kBack{"transform", "The way back"};

class Compose : public Node {
 public:
  void process(Context& context) override { context.emit(kWhole, chained(context.in(kParts))); }
};

class Invert : public Node {
 public:
  void process(Context& context) override { context.emit(kBack, inverted(context.in(kForward))); }
};

}  // namespace

NodeType compose_type() {
  NodeType type{.name = "registration.compose", .summary = "Several transforms as one, applied from first to last"};
  type.details =
      "Exact: affine transforms that meet become one matrix, displacement fields are kept as they are. Since a transform leads "
      "from the "
      "reference to the moving image, the one of the reference comes first: FLAIR to T1, then T1 to atlas, gives FLAIR to atlas, "
      "with "
      "which an image in the atlas's space is resampled on the FLAIR's grid. Error: two that meet name different spaces.";
  type.inputs = {kParts};
  type.outputs = {kWhole};
  type.concurrent = true;
  type.create = create_node<Compose>;
  return type;
}

NodeType invert_type() {
  NodeType type{.name = "registration.invert", .summary = "The way back of a transform"};
  type.details =
      "Exact for affine transforms. A displacement field is inverted place by place when it is applied, by fixed-point iteration "
      "to 1e-6 mm; "
      "places where it cannot be inverted count as outside the image. Error: an affine transform that makes a plane or a point "
      "of space.";
  type.inputs = {kForward};
  type.outputs = {kBack};
  type.concurrent = true;
  type.create = create_node<Invert>;
  return type;
}

}  // namespace flowrun::registration
