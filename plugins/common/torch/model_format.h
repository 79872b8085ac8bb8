#pragma once

#include <string>
#include <vector>

#include "common/torch/zip_directory.h"

namespace flowrun::tensor {

/// What a file is that is no TorchScript archive, and how a model is made of it: "is ..., not a TorchScript model; ...". Empty
/// for a zip archive, whose records say more. `head` is the file's first bytes (512 suffice), `name` its name.
std::string other_format(const std::string& head, const std::string& name);

/// The same for a zip archive, by its records and by the beginning of its record data.pkl; empty for a TorchScript archive.
std::string other_zip_format(const std::vector<ZipRecord>& records, const std::string& pickle);

}  // namespace flowrun::tensor
