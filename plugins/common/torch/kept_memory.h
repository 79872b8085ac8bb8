#pragma once

namespace flowrun::tensor {

/// While one lives, memory that is freed stays with the process: a network needs the same large blocks for each batch, and giving them back to the
/// system and getting them cleared again took more than a third of the time of small networks. The last one that ends gives back what is free.
class KeptMemory {
 public:
  KeptMemory();
  ~KeptMemory();
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
};

}  // namespace flowrun::tensor
