#pragma once

#include <cstddef>
#include <string>

#include "json/cursor.h"

namespace flowrun::json {

struct SyntaxError {
  Cursor::Spot spot;
  std::string message;
};

/// Puts the parser's complaint into plain words, and finds where the token starts that it stumbled over. `cursor` stands behind
/// the last good token, `position` is the number of bytes that the parser had read.
SyntaxError explain_syntax_error(const std::string& text, Cursor cursor, std::size_t position, const std::string& complaint);

}  // namespace flowrun::json
