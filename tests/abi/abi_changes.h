#pragma once

#include <string>
#include <vector>

#include "abi_description.h"

namespace flowrun::testing {

/// What a change asks of the ABI number: minor when plugins built before can still be used, major when they cannot.
enum class AbiLevel { none, minor, major };

struct AbiChange {
  AbiLevel level = AbiLevel::none;
  std::string text;  ///< "flowrun::NodeType: new member 'tags' (std::string) at offset 232"
};

/// Every difference in layout between two descriptions; their numbers are not looked at.
std::vector<AbiChange> changes_between(const AbiDescription& before, const AbiDescription& now);

/// What is wrong with the description that is checked in, in sentences: which member or slot changed, the number that it needs,
/// and how the description is renewed. Empty when headers and description agree, number and all.
std::string verdict_on(const AbiDescription& checked_in, const AbiDescription& now, const std::string& renew_command);

/// Whether the description may be renewed: nothing changed, or the number was raised as the changes ask.
bool number_is_right(const AbiDescription& checked_in, const AbiDescription& now);

}  // namespace flowrun::testing
