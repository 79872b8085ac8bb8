#include "authoring/port_text.h"

#include <fmt/format.h>

namespace flowrun {

std::string input_takes(const InputPort& port) {
  std::string text = port.variadic ? (port.required ? "one or more" : "any number") : port.required ? "one" : "optional";
  if (port.collects) text += fmt::format(", all {}s together", to_string(*port.scope));
  else if (port.scope)
    text += fmt::format(", {}{}", *port.scope == Scope::chunk ? "at most one a " : "one a ", to_string(*port.scope));
  return text;
}

std::string output_gives(const OutputPort& port) { return port.stream ? "a stream of chunks" : "one"; }

}  // namespace flowrun
