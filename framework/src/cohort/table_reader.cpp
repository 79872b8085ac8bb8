#include "cohort/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string_view>

#include "flowrun/host/file_content.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/table_text.h"

namespace flowrun {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::size_t kLargestTable = std::size_t{64} << 20;
constexpr std::size_t kLongestCell = 8192;  // bytes; Linux takes paths of 4096
constexpr int kMostFaults = 50;             // a file that is no table has one at every quote; all are shown

bool is_tsv(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension == ".tsv";
}

char separator_of(const std::string& text, const std::filesystem::path& file) {
  if (is_tsv(file)) return '\t';
  std::string_view rest = text;
  while (rest.starts_with('#') || rest.starts_with('\n')) {
    const std::size_t end = rest.find('\n');
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const std::string_view first = rest.substr(0, rest.find('\n'));
  const bool tabs = first.find('\t') != std::string_view::npos;
  return tabs && first.find(',') == std::string_view::npos ? '\t' : ',';
}

/// CRLF and lone CR become LF.
std::string with_plain_line_ends(const std::string& text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') plain += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n') plain += '\n';
  }
  return plain;
}

std::string trimmed(const std::string& cell) {
  const std::size_t first = cell.find_first_not_of(' ');
  return first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1);
}

class TableParser {
 public:
  TableParser(const std::string& text, char separator, std::string file, Diagnostics& faults)
      : text_(text), separator_(separator), file_(std::move(file)), faults_(faults) {}

  std::vector<TableRow> parse() {
    while (at_ < text_.size() && found_ < kMostFaults) {
      if (text_[at_] == '#' || text_[at_] == '\n') skip_line();
      else parse_row();
    }
    return cut_ ? std::vector<TableRow>() : std::move(rows_);
  }

 private:
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    ++at_;
    ++line_;
  }

  void parse_row() {
    TableRow row{line_, {}};
    for (;;) {
      row.cells.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_cell() : plain_cell());
      if (at_ < text_.size() && text_[at_] == separator_) ++at_;
      else break;
    }
    ++at_;  // the line feed
    ++line_;
    if (cut_) return;
    const bool blank = std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
    if (blank) return;
    check_lengths(row);
    for (std::string& cell : row.cells) cell = table::text_of_cell(cell);
    rows_.push_back(std::move(row));
  }

  void check_lengths(TableRow& row) {
    for (std::string& cell : row.cells) {
      if (cell.size() <= kLongestCell) continue;
      faults_.error({file_, row.line, 1}, fmt::format("a cell has {} bytes, more than {}: '{}'; is a closing quote missing?",
                                                      cell.size(), kLongestCell, shortened(cell, 40)));
      cell.clear();
    }
  }

  std::string plain_cell() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    const std::string cell = text_.substr(begin, at_ - begin);
    if (cell.find('"') != std::string::npos)
      fault(line_, begin, "a cell with a quote inside must be in quotes, with the inner quotes doubled");
    return trimmed(cell);
  }

  std::string quoted_cell() {
    const int first_line = line_;
    const std::size_t begin = at_++;
    std::string cell;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') cell += c;
      else if (at_ < text_.size() && text_[at_] == '"') cell += text_[at_++];
      else return after_quote(std::move(cell));
    }
    fault(first_line, begin, "this quoted cell never ends: its closing quote is missing");
    cut_ = true;
    return cell;
  }

  std::string after_quote(std::string cell) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    if (at_ != begin) fault(line_, begin, "text follows the closing quote of a cell");
    return cell;
  }

  void fault(int line, std::size_t offset, std::string message) {
    if (++found_ > kMostFaults) return;
    if (found_ == kMostFaults) message += "; the rest of the table is not looked at";
    const std::size_t line_start = offset == 0 ? std::string::npos : text_.rfind('\n', offset - 1);
    const std::size_t column = line_start == std::string::npos ? offset : offset - line_start - 1;
    faults_.error({file_, line, static_cast<int>(column) + 1}, std::move(message));
  }

  const std::string& text_;
  char separator_;
  std::string file_;
  Diagnostics& faults_;
  std::size_t at_ = 0;
  int line_ = 1;
  int found_ = 0;
  bool cut_ = false;  ///< a quote that never ends has swallowed rows: further faults of the table would be false
  std::vector<TableRow> rows_;
};

}  // namespace

namespace {

/// The line of the first byte that is not UTF-8; 0: there is none.
int line_of_foreign_byte(const std::string& text) {
  int line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (!is_utf8(std::string_view(text).substr(begin, end - begin))) return line;
    begin = end + 1;
  }
  return 0;
}

/// At most one byte more than a table can have: what is no regular file may never end.
std::string read_bounded(std::istream& stream) {
  std::string text;
  char block[1 << 16];
  while (text.size() <= kLargestTable && (stream.read(block, sizeof block) || stream.gcount() > 0))
    text.append(block, static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

std::vector<TableRow> parse_table(std::string text, const std::filesystem::path& file, Diagnostics& faults) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.find('\0') != std::string::npos) {
    faults.error({file.string(), 0, 0}, "this is not UTF-8 text; save the table as CSV in UTF-8");
    return {};
  }
  if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  text = with_plain_line_ends(text);
  if (const int line = line_of_foreign_byte(text)) {
    faults.error({file.string(), line, 1}, "this line is not UTF-8 text; save the table as CSV in UTF-8");
    return {};
  }
  return TableParser(text, separator_of(text, file), file.string(), faults).parse();
}

std::vector<TableRow> read_table(const std::filesystem::path& file, Diagnostics& faults) {
  std::error_code unused;
  std::ifstream stream(file, std::ios::binary);
  if (std::filesystem::is_directory(file, unused) || !stream) {
    const FileContent content = content_of(file);
    const std::string why = content.state == ContentState::here     ? "it cannot be read"
                            : content.state == ContentState::absent ? "there is no such file"
                                                                    : "it " + content.why;
    faults.error({file.string(), 0, 0}, "the table of cases cannot be used: " + why);
    return {};
  }
  if (const FileContent content = content_of(file); content.state == ContentState::dropped) {
    faults.error({file.string(), 0, 0}, "the table of cases cannot be used: it " + content.why);
    return {};
  }
  std::string text = read_bounded(stream);
  if (text.size() > kLargestTable) {
    faults.error({file.string(), 0, 0},
                 fmt::format("this is larger than {}, too large for a table of cases", bytes_text(kLargestTable)));
    return {};
  }
  return parse_table(std::move(text), file, faults);
}

}  // namespace flowrun
