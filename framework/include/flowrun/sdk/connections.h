// What a graph connects to a node, for those that want to know it before the first case.
#pragma once

#include <cstddef>
#include <string_view>

#include "flowrun/sdk/context.h"

namespace flowrun {

/// A host's answer to OpenContext::extension(Connections::kExtension). Lives as long as that context.
class Connections {
 public:
  static constexpr std::string_view kExtension = "flowrun.connections/1";
  virtual ~Connections() = default;
  /// Edges that end at an input port of the node; 0 where nothing is connected or there is no such port.
  virtual std::size_t edges(std::string_view port) const = 0;
};

/// Null where the host does not say (an older one, and NodeRunner).
inline const Connections* connections(OpenContext& context) {
  return static_cast<const Connections*>(context.extension(Connections::kExtension));
}

}  // namespace flowrun
