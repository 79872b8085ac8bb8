#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::registry {

/// Where the bytes of an exported data symbol lie in an ELF shared library, found by reading the file's tables; none when the
/// library does not export it. Every offset of the file is checked, for a file may be cut short or not be a library at all.
/// Throws Error with a sentence that begins as "is not a shared library: ..." and lacks the file's name.
std::optional<std::size_t> exported_symbol_offset(std::string_view bytes, std::string_view symbol);

/// The names of all symbols that the library defines for others, weak and unique ones too, in the file's order. Throws Error as
/// above.
std::vector<std::string> exported_names(std::string_view bytes);

}  // namespace flowrun::registry
