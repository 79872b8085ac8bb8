// Text for people, wrapped and in columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/text.h"

namespace flowrun {

inline constexpr std::size_t kPageWidth = 100;

/// Lines of at most `width` characters, broken at spaces; a longer word stands alone. Line feeds are kept.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// The wrapped text, every line indented and ended.
std::string paragraph(std::string_view text, std::size_t indent, std::size_t width = kPageWidth);

enum class Align { left, right };

/// Rows of cells; columns are as wide as their widest cell, and the last one wraps at the page's width.
class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns, std::size_t indent = 2);
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::size_t indent_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace flowrun
