#pragma once

#include <cstdint>

#include "common/network/network.h"

namespace flowrun::train {

/// Bytes that the process has now, as the system counts them (resident); 0 where that is not known.
std::int64_t resident_bytes();

/// The most that it held so far.
std::int64_t peak_bytes();

/// Bytes that training takes on top of the samples: the weights with what Adam and the best epoch keep, and for each thread a
/// micro-batch with all that its gradient needs. An estimate; what it was measured against is in docs/training.md.
std::int64_t training_bytes(const network::Network& network, const network::Shapes& shapes, std::int64_t micro_batch,
                            int threads);

}  // namespace flowrun::train
