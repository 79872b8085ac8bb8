#pragma once

#include <string>

namespace flowrun::tensor {

/// Whether the user has declared that the model may run whatever is in it: a line of the list begins with the file's SHA-256, as
/// `sha256sum model.pt` prints it. The list is $FLOWRUN_TRUSTED_MODELS, else flowrun/trusted_models in $XDG_CONFIG_HOME or
/// ~/.config: not with graphs or models, which come from others. Throws Error for a list that others own or may write to.
bool is_trusted_model(const std::string& path);

/// The SHA-256 of a file in 64 hexadecimal digits, as `sha256sum` prints it; that of no bytes where it cannot be read.
std::string sha256_of(const std::string& path);

/// How to declare it, for messages: "if you trust who made it, run: sha256sum '...' >> ...".
std::string how_to_trust(const std::string& path);

}  // namespace flowrun::tensor
