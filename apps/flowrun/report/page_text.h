// Text that may be in a page, whatever it contains. What no terminal should see is escaped too.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace flowrun {

/// Text as a JSON string with its quotes, which may also be within a <script> element: '<' is escaped. On one line.
std::string json_text(std::string_view text);
/// The same with line feeds kept as line feeds of the text.
std::string json_lines(std::string_view text);

/// An object of JSON of names and values that are JSON already.
std::string json_object(std::initializer_list<std::pair<std::string_view, std::string>> members);

/// A list of JSON: what `text` makes of each value.
template <class Values, class Text>
std::string json_list(const Values& values, Text text) {
  std::string list = "[";
  for (const auto& value : values) {
    if (list.size() > 1) list += ',';
    list += text(value);
  }
  return list + "]";
}

/// A relative path as a link: every byte that is not plainly harmless is percent-encoded. A path that is absolute or that climbs
/// with ".." leads out of the folder and becomes "".
std::string relative_link(std::string_view path);

std::string base64(std::string_view bytes);

}  // namespace flowrun
