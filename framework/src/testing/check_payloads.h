#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

/// Artificial payloads that fit together: all on one grid, with a bright ball in a head. `variant` changes the values, not the
/// grid. Null for a type that is not of the SDK.
PayloadPtr ordinary_payload(std::string_view type, int variant);

/// Others that are usual too, for nodes that ask for something particular: whole numbers as labels, a table of one row,
/// patches of four channels.
std::vector<PayloadPtr> particular_payloads(std::string_view type);

struct OddPayload {
  std::string what;  ///< "one voxel"
  PayloadPtr payload;
};
/// Right by the SDK's rules, and unusual: empty, one voxel, values that are no numbers, spacing of 0 and of 1e30 mm, another
/// grid.
std::vector<OddPayload> odd_payloads(std::string_view type);

/// What a payload of the SDK contains, in one number; of another type only its name and bytes().
std::uint64_t payload_hash(const Payload& payload);
bool is_standard(std::string_view type);

/// Why a payload of the SDK breaks its own rules ("its grid has 120 voxels, it has 100 values"); empty when it keeps them.
std::string payload_fault(const Payload& payload);

}  // namespace flowrun::testing
