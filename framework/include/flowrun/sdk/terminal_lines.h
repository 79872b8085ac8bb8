// Lines for the person who watches a run: the epochs of a training, say. They are printed as they come and kept nowhere; what
// must not be lost is a warning (Context::warn), a figure (Context::report) or a file.
#pragma once

#include <string_view>

#include "flowrun/sdk/context.h"

namespace flowrun {

/// A host's answer to Context::extension(TerminalLines::kExtension). Lives as long as that context.
class TerminalLines {
 public:
  static constexpr std::string_view kExtension = "flowrun.terminal_lines/1";
  virtual ~TerminalLines() = default;
  /// One line, without its end. The host adds node and case. At most a few a minute; from the thread of the firing.
  virtual void print(std::string_view line) = 0;
};

/// Prints a line where a person can see it; does nothing where the host has no place for it (an older one, NodeRunner, an
/// isolated firing, --quiet).
inline void print_line(Context& context, std::string_view line) {
  if (auto* lines = static_cast<TerminalLines*>(context.extension(TerminalLines::kExtension))) lines->print(line);
}

}  // namespace flowrun
