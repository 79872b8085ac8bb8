#include "channels.h"

#include <algorithm>

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
                  ", but the image there is " + contrasts[i] + "; put the volumes in the order of its channels: " +
                  channels_in_order(description));
}

}  // namespace flowrun::cnn
