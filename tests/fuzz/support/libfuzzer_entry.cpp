// libFuzzer's way in.
#include <cstdint>

#include "support/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flowrun::fuzz::look_at({reinterpret_cast<const char*>(data), size});
  return 0;
}

/// ITK and GDCM forget a few bytes on their way out of some damaged files; what flowrun itself forgets is still a finding.
extern "C" const char* __lsan_default_suppressions() { return "leak:libgdcm\nleak:libITK\n"; }
