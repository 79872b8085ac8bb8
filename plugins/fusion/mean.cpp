#include "node_types.h"

#include "fuse.h"

namespace flowrun::fusion {
namespace {

class Mean : public Node {
 public:
  void process(Context& context) override {
    fuse(context, [](std::span<const float> values) {
      double sum = 0;
      for (const float value : values) sum += value;
      return static_cast<float>(sum / static_cast<double>(values.size()));
    });
  }
};

}  // namespace

NodeType mean_type() {
  NodeType type = fusion_type("fusion.mean", "The mean of maps, voxel by voxel",
                              "Sums in double precision and divides by the number of volumes: the usual way to join the "
                              "probability maps of an ensemble.");
  type.create = create_node<Mean>;
  return type;
}

}  // namespace flowrun::fusion
