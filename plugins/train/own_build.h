#pragma once

#include <cstdint>

namespace flowrun::train {

/// A number of this build of the plugin's library and of no other: a hash of its file. A checkpoint continues with the
/// code that began it, for another formula would give a network that neither would give. 0: the file cannot be read.
std::uint64_t own_build();

}  // namespace flowrun::train
