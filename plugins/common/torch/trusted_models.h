#pragma once

#include <string>

namespace flowrun::tensor {

/// Whether the user has declared that the model may run whatever is in it: a line of his list begins with the SHA-256 of the file, as `sha256sum
/// model.pt` prints it. The list is $FLOWRUN_TRUSTED_MODELS, else flowrun/trusted_models in $XDG_CONFIG_HOME or ~/.config. It lies outside of graphs and
/// of folders with models, for those come from others. Throws Error when a list that others may write to, or that belongs to another user, is there.
bool is_trusted_model(const std::string& path);

/// The SHA-256 of a file in 64 hexadecimal digits, as `sha256sum` prints it; that of no bytes where it cannot be read.
std::string sha256_of(const std::string& path);

/// How to declare it, for messages: "if you trust who made it, run: sha256sum '...' >> ...".
std::string how_to_trust(const std::string& path);

}  // namespace flowrun::tensor
