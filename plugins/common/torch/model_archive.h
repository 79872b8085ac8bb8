#pragma once

#include <string>

namespace flowrun::tensor {

/// Looks into a model file before anything in it is run. Throws Error, naming it, when it is no TorchScript archive (saying what
/// it seems to be), when it is damaged or cut short, when a tensor would lie outside its bytes, and when its code names an
/// operation that reads or writes files. Loading a TorchScript module can run code of it, so this comes first. It is a guard
/// against the operations that LibTorch is known to offer, no sandbox.
void check_archive(const std::string& path);

}  // namespace flowrun::tensor
