// Text for people, safe on a terminal. Widths count characters, not bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowrun {

/// The one rule for what comes from outside (files, plugins, models, names, what a node throws) and is printed: it is one line of
/// text and nothing else. A line feed becomes a backslash and n. A backslash, x and two digits replace other control characters,
/// marks that turn the writing direction and bytes that are not UTF-8 are made of. So a text cannot forge a line of flowrun's,
/// move the cursor, colour the screen or read as another. What is safe already stays as it is.
std::string printable(std::string_view text);

/// The same with its line feeds kept, for what may have several lines where each is marked as part of it: indented, or in a page.
std::string printable_lines(std::string_view text);

bool is_utf8(std::string_view text);

/// Characters of UTF-8 text.
std::size_t width_of(std::string_view text);

/// The text, or its beginning and "..." when it has more than `width` characters.
std::string shortened(std::string_view text, std::size_t width);

/// The text, or its beginning and end with ".." between them: names often differ at the end.
std::string shortened_inside(std::string_view text, std::size_t width);

std::string duration_text(double seconds);   ///< "0.42 s", "38.5 s", "3 min 12 s", "2 h 05 min"
std::string bytes_text(std::int64_t bytes);  ///< "812 B", "46.1 MiB", "1.32 GiB"
/// "500", "500M" or "2G" as bytes, powers of 1024 up to T; nothing for other text.
std::optional<std::int64_t> bytes_in(const std::string& text);
std::string figure_text(double value);                             ///< "13756", "0.713"
std::string count_text(std::size_t count, std::string_view noun);  ///< "1 case", "3 cases"

}  // namespace flowrun
