#pragma once

#include <cstdint>

#include "common/network/network.h"

namespace flowrun::train {

/// Bytes that the process holds now, as the system counts them (resident); 0 where that is not known.
std::int64_t resident_bytes();

/// The most that it held so far.
std::int64_t peak_bytes();

/// Bytes that training takes on top of the samples: the weights with what Adam and the best epoch keep, and for each thread a
/// micro-batch with all that its gradient needs. An estimate; what it was measured against stands in docs/training.md.
std::int64_t training_bytes(const network::Network& network, const network::Shapes& shapes, std::int64_t micro_batch,
                            int threads);

/// While it lives, memory that is freed stays with the process for the next step: the same large blocks are needed again and
/// again, and to give them back each time and have them cleared anew took a fifth of the time.
class KeptMemory {
 public:
  KeptMemory();
  ~KeptMemory();
  /// Between training and judging, whose blocks have other sizes: what lies free between those in use would not fit them.
  void give_back() const;
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
};

}  // namespace flowrun::train
