#include "terminal/text_layout.h"

#include <algorithm>

namespace flowrun {
namespace {

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::string space(width - std::min(width, width_of(cell)), ' ');
  return align == Align::left ? cell + space : space + cell;
}

void wrap_line(std::string_view line, std::size_t width, std::vector<std::string>& lines) {
  std::string current;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (!current.empty() && width_of(current) + 1 + width_of(word) > width) {
      lines.push_back(current);
      current.clear();
    }
    if (!current.empty()) current += ' ';
    current += word;
  }
  lines.push_back(current);
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    wrap_line(text.substr(0, end), width, lines);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string paragraph(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  for (const std::string& line : wrapped(text, width - indent))
    result += (line.empty() ? "" : std::string(indent, ' ') + line) + '\n';
  return result;
}

TextTable::TextTable(std::vector<Align> columns, std::size_t indent) : columns_(std::move(columns)), indent_(indent) {}

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable(cell);
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::size_t last_start = indent_;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) last_start += widths[i] + 2;
  const std::size_t room = std::max<std::size_t>(24, kPageWidth - std::min(last_start, kPageWidth));

  std::string result;
  for (const auto& row : rows_) {
    std::string line(indent_, ' ');
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i], columns_[i]) + "  ";
    for (const std::string& piece : wrapped(row.back(), room)) {
      line += columns_.back() == Align::right ? padded(piece, widths.back(), Align::right) : piece;
      result += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
      line.assign(last_start, ' ');
    }
  }
  return result;
}

}  // namespace flowrun
