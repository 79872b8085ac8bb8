#pragma once

#include <stdexcept>
#include <string>

namespace flowrun {

/// A fault that a person is to read. The text is one or more sentences: what was found, where, what was expected, what to do.
/// A node throws it; the engine adds the node, its type, its plugin and the case.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace flowrun
