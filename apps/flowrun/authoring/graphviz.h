#pragma once

#include <string>

namespace flowrun {

/// The picture that Graphviz's program 'dot' draws of a graph in its language, as SVG. Nothing is written on the way. Throws
/// Error when the program is missing or fails, and Interrupted when this process is asked to end meanwhile: then 'dot' has ended
/// too.
std::string svg_of(const std::string& dot);

/// This process is to end.
struct Interrupted {};

}  // namespace flowrun
