#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::tensor {

/// A tensor as a TorchScript archive describes it: a view of a storage, which is a record of its own.
struct StoredTensor {
  std::string key;          ///< of the storage's record
  std::int64_t bytes = 0;   ///< of an element
  std::int64_t count = 0;   ///< elements of the storage, as the archive says
  std::int64_t offset = 0;  ///< of the first element
  std::vector<std::int64_t> size, stride;
};

struct PickleContents {
  std::vector<StoredTensor> tensors;
  std::vector<std::string> classes;  ///< dotted names of the classes of the archive's own code, "__torch__.Network"
};

/// What LibTorch's unpickler will make of data.pkl or constants.pkl of an archive. Nothing is run or loaded. Throws Error, a
/// reason without the file's name, for a pickle that is damaged, names a function or class that TorchScript models are not made
/// of, has operations that no such model has, or nests values deeper than 200 (LibTorch destroys them by recursion).
PickleContents pickle_contents(std::string_view bytes);

/// Whether the tensor lies within its storage, and the storage within a record of so many bytes. LibTorch believes both.
bool lies_within(const StoredTensor& tensor, std::uint64_t record_bytes);

}  // namespace flowrun::tensor
