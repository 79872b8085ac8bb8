#pragma once

namespace flowrun::tensor {

/// While one lives, memory that is freed stays with the process: a network needs the same large blocks for each batch, and
/// giving them back to the system and getting them cleared again took more than a third of the time of small networks. The last
/// one that ends gives back what is free.
class KeptMemory {
 public:
  /// `trim_from`, `pad`: bytes, as glibc's M_TRIM_THRESHOLD and M_TOP_PAD. Where several live at a time the first one's count.
  explicit KeptMemory(int trim_from = 256 << 20, int pad = 4 << 20);
  ~KeptMemory();
  /// Between phases whose blocks have other sizes: what lies free between those in use would not fit them.
  static void give_back();
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
};

}  // namespace flowrun::tensor
