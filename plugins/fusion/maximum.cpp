#include "node_types.h"

#include <cmath>

#include "fuse.h"

namespace flowrun::fusion {
namespace {

class Maximum : public Node {
 public:
  void process(Context& context) override {
    fuse(context, [](std::span<const float> values) {
      float largest = values.front();
      for (const float value : values.subspan(1))
        if (value > largest || std::isnan(value)) largest = value;  // nothing is greater than NaN, so it stays
      return largest;
    });
  }
};

}  // namespace

NodeType maximum_type() {
  NodeType type = fusion_type("fusion.maximum", "The largest value among maps, voxel by voxel",
                              "Of probability maps it keeps what any of them found.");
  type.create = create_node<Maximum>;
  return type;
}

}  // namespace flowrun::fusion
