#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// The code of a TorchScript archive.
struct ModelCode {
  std::map<std::string, std::string> texts;  ///< by the record's name in lower case, "code/__torch__/layers.py"
  std::vector<std::string> classes;          ///< that the archive has objects of
  std::uint64_t version = 0;                 ///< of the archive's form
};

/// Compiles the classes and what they need, and looks at the texts before and at the graphs afterwards (code_check.h,
/// graph_check.h). No code is run. `reader` gives the constants. Throws Error, a reason without the file's name.
void check_compiled(const ModelCode& code, caffe2::serialize::PyTorchStreamReader& reader);

}  // namespace flowrun::tensor
