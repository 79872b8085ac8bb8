#pragma once

#include <cstddef>
#include <string>

namespace flowrun::json {

/// Walks over a JSON text in step with a parser, to find where each token starts. It trusts the parser that a token is well
/// formed.
class Cursor {
 public:
  struct Spot {
    int line = 1;
    int column = 1;
  };

  explicit Cursor(const std::string& text);

  /// Moves over white space and separators to the next token's first character.
  Spot to_token();
  /// Moves over white space only.
  Spot to_visible();
  /// Moves over the token at the cursor: text in quotes, a number, a word, one bracket or one separator.
  void over_token();
  /// Moves forward to a byte of the text.
  Spot to_offset(std::size_t offset);
  std::size_t offset() const { return at_; }

 private:
  void step();

  const std::string* text_;
  std::size_t at_ = 0;
  Spot spot_;
};

}  // namespace flowrun::json
