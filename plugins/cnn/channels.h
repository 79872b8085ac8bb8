#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/network/model_description.h"
#include "flowrun/sdk/context.h"

namespace flowrun::cnn {

/// Throws Error, naming the model's file, where a channel's contrast is known and is not the one that the description names at
/// its place. Channels that one of the two lacks are left alone.
void check_contrasts(const network::ModelDescription& description, const std::string& model,
                     const std::vector<std::string>& contrasts);

/// Throws Error, before any case, where the graph connects another number of volumes to input `port` than the description has
/// channels. Passes where one of the two is not known.
void check_channel_count(OpenContext& context, std::string_view port, const network::ModelDescription& description,
                         const std::string& model);

/// The channels of a description in their order: "FLAIR, T1".
std::string channels_in_order(const network::ModelDescription& description);

}  // namespace flowrun::cnn
