#pragma once

#include <string>

namespace flowrun::schedule {

/// The sentence for whatever a node's code threw; call in a catch block. Never empty.
std::string thrown_text();

}  // namespace flowrun::schedule
