#include "first.h"

#include <algorithm>

#include "flowrun/sdk/node.h"

namespace flowrun::core {
namespace {

constexpr std::string_view kItems = "items", kItem = "item";

class First : public Node {
 public:
  void process(Context& context) override {
    const auto items = context.inputs(kItems);
    const auto found = std::find_if(items.begin(), items.end(), [](const PayloadPtr& item) { return item != nullptr; });
    if (found == items.end()) throw Error("nothing came at input 'items'");  // the engine leaves the node out then
    context.report("taken", static_cast<double>(found - items.begin() + 1));
    context.emit_shared(kItem, *found);
  }
};

}  // namespace

NodeType first_type() {
  NodeType type;
  type.name = "core.first";
  type.summary = "Of several packets the first that the case has";
  type.details =
      "Takes any kind of packet, the same kind at every edge, and passes the first one on that is there, in the order of the "
      "list; "
      "nothing is copied. So a graph has one way on where a case may lack an image or a condition leaves a step out: "
      "[\"given_mask.mask\", \"made_mask.mask\"] is the mask that was given, or else the one that was made.\n\n"
      "A step that makes the second choice runs whether it is needed or not, unless its 'when' says otherwise. Where none of the "
      "packets is there, neither is the result, and what needs it is left out. Reports taken, the place of the packet in the "
      "list, from 1.";
  type.inputs = {{.name = std::string(kItems),
                  .payload = std::string(kAnyPayload),
                  .help = "Packets of one kind, the preferred one first",
                  .variadic = true,
                  .partial = true}};
  type.outputs = {{std::string(kItem), std::string(kAnyPayload), "The first that is there"}};
  type.concurrent = true;
  type.create = create_node<First>;
  return type;
}

}  // namespace flowrun::core
