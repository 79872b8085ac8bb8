#include "own_build.h"

#include <dlfcn.h>

#include <fstream>
#include <iterator>
#include <string>

#include "random_order.h"

namespace flowrun::train {
namespace {

std::uint64_t hash_of_own_file() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&own_build), &info) == 0 || !info.dli_fname) return 0;
  std::ifstream stream(info.dli_fname, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return bytes.empty() ? 0 : hash_of(bytes);
}

}  // namespace

std::uint64_t own_build() {
  static const std::uint64_t hash = hash_of_own_file();
  return hash;
}

}  // namespace flowrun::train
