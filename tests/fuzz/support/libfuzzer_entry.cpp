// libFuzzer's way in.
#include <cstdint>

#include "support/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flowrun::fuzz::look_at({reinterpret_cast<const char*>(data), size});
  return 0;
}
