#include "report/page_nonce.h"

#include <fmt/format.h>

#include <random>

#include "flowrun/sdk/error.h"

namespace flowrun {

std::string new_nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string with_nonce(std::string_view before, const std::string& nonce) {
  const std::string_view policy = "script-src ";
  std::string text(before);
  const std::size_t at = text.find(policy);
  if (at == std::string::npos) throw Error("the page has no policy for scripts");
  return text.insert(at + policy.size(), "'nonce-" + nonce + "' ");
}

}  // namespace flowrun
