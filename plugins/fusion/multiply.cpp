#include "node_types.h"

#include "fuse.h"

namespace flowrun::fusion {
namespace {

class Multiply : public Node {
 public:
  void process(Context& context) override {
    fuse(context, [](std::span<const float> values) {
      float product = values.front();
      for (const float value : values.subspan(1)) product *= value;
      return product;
    });
  }
};

}  // namespace

NodeType multiply_type() {
  NodeType type = fusion_type("fusion.multiply", "The product of maps, voxel by voxel",
                              "Multiplies in float32, in the order given. Of the probabilities of a cascade's networks it is the "
                              "probability that all of them found a lesion (Cabezas et al., MSSEG challenge 2016).");
  type.create = create_node<Multiply>;
  return type;
}

}  // namespace flowrun::fusion
