#pragma once

#include <string>

namespace flowrun::cnn {

/// The bytes of a file of published weights. Throws Error, naming it: it is not there, no plain file, cannot be read, or has more
/// than 256 MiB.
std::string bytes_of_weights(const std::string& path);

}  // namespace flowrun::cnn
