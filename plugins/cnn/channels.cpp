#include "channels.h"

#include <algorithm>

#include "flowrun/sdk/connections.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {

std::string channels_in_order(const network::ModelDescription& description) {
  std::string text;
  for (const std::string& channel : description.channels) text += (text.empty() ? "" : ", ") + channel;
  return text;
}

void check_contrasts(const network::ModelDescription& description, const std::string& model,
                     const std::vector<std::string>& contrasts) {
  const auto& channels = description.channels;
  for (std::size_t i = 0; i < std::min(contrasts.size(), channels.size()); ++i)
    if (contrasts_differ(contrasts[i], channels[i]))
      throw Error("the network in '" + model + "' takes " + channels[i] + " as channel " + std::to_string(i + 1) +
                  ", but the image there is " + contrasts[i] +
                  "; put the volumes in the order of its channels: " + channels_in_order(description));
}

void check_channel_count(OpenContext& context, std::string_view port, const network::ModelDescription& description,
                         const std::string& model) {
  const Connections* const graph = connections(context);
  const std::size_t wanted = description.channels.size();
  if (!graph || wanted == 0 || graph->edges(port) == wanted) return;
  const std::size_t found = graph->edges(port);
  throw Error("the network in '" + model + "' has " + std::to_string(wanted) + (wanted == 1 ? " channel (" : " channels (") +
              channels_in_order(description) + "), but " + std::to_string(found) + (found == 1 ? " volume is" : " volumes are") +
              " connected to input '" + std::string(port) + "'; connect one for each channel, in this order");
}

}  // namespace flowrun::cnn
