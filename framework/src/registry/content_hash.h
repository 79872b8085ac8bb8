#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowrun::registry {

/// FNV-1a, 64 bit (Fowler, Noll, Vo). It shows whether a library has changed; it is no defence against forgery.
constexpr std::uint64_t content_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3u;
  }
  return hash;
}

/// Sixteen hexadecimal digits.
std::string hash_text(std::uint64_t hash);

}  // namespace flowrun::registry
