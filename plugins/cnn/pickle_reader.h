#pragma once

#include "common/pickle/values.h"

namespace flowrun::cnn {

/// Reads the bytes in `store.file`, a Python pickle of protocol 2 or 3, as plain data. Only the operations and names that a
/// dictionary of numpy arrays needs are known (pickle_objects.h). Throws Error for everything else, in a sentence without the
/// file's name.
const pickle::Value& read_pickle(pickle::Store& store);

}  // namespace flowrun::cnn
