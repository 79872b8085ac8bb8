// A network as data, alone and inside a model's description.
#include "common/network/model_description.h"
#include "common/network/network.h"
#include "support/target.h"

using namespace flowrun::network;

namespace {

void look_at_network(const std::string& text) {
  const Network network = parse_network(text, "the network");
  flowrun::fuzz::require(parse_network(to_text(network), "the network") == network,
                         "a network that was taken can be written and read");
  const Shapes shapes = infer_shapes(network, 4, {15, 15, 15}, "the network");
  for (const Parameter& parameter : parameters(network, shapes))
    for (const std::int64_t axis : parameter.shape) flowrun::fuzz::require(axis >= 0, "a parameter's shape has no negative side");
}

void look_at_description(const std::string& text) {
  const ModelDescription description = parse_description(text, "model.pt");
  const ModelDescription again = parse_description(to_text(description), "model.pt");
  flowrun::fuzz::require(
      again.channels == description.channels && again.size == description.size && again.views == description.views,
      "a description keeps its input");
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  const std::string text(bytes);
  accepts([&] { look_at_network(text); });
  accepts([&] { look_at_description(text); });
}
