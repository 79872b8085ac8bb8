#pragma once

#include <string>
#include <utility>
#include <vector>

#include "flowrun/sdk/node_type.h"
#include "json/json.h"

namespace flowrun::registry {

/// What a plugin says of itself, read from its JSON text (docs/plugin-abi.md). Keys that are unknown here are ignored and kept; a
/// missing key has its default. So a plugin may be older or newer than this host.
struct Description {
  json::Value tree;             ///< whole, as the plugin handed it over
  std::vector<NodeType> types;  ///< those that this host can use; `create` is null
  /// Types that need a newer host: name, and a sentence that says what they need.
  std::vector<std::pair<std::string, std::string>> refused;
  std::vector<std::string> files;   ///< that it was made from, beside the library
  std::vector<std::pair<std::string, std::string>> aliases;  ///< names that types had before, and those that they have now
  std::vector<std::string> codecs;  ///< the payload types that the plugin can write and read as bytes
};

/// Throws Error with a sentence for a text that is no description: "its description ...".
Description parse_description(const std::string& text);
Description read_description(json::Value tree);

/// Whether two descriptions say the same, unknown keys included.
bool same_description(const Description& a, const Description& b);

/// A member that must be present and of that kind; throws Error otherwise.
const json::Value& member(const json::Value& object, std::string_view name, json::Kind kind);

}  // namespace flowrun::registry
