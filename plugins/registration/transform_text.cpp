#include "transform_text.h"

#include <charconv>
#include <cmath>

#include "flowrun/sdk/error.h"

namespace flowrun::registration {
namespace {

constexpr std::string_view kFirstLine = "#Insight Transform File V1.0";
constexpr std::string_view kFrom = "# flowrun from: ", kTo = "# flowrun to: ";
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Calls `use(line, number)` for each line, numbered from 1.
template <class Use>
void for_each_line(std::string_view text, const Use& use) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    use(trimmed(text.substr(0, end)), number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::string at_line(std::size_t number) { return "line " + std::to_string(number) + " "; }

std::vector<double> numbers_of(std::string_view text, std::size_t line) {
  std::vector<double> numbers;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const auto end = std::min(text.find_first_of(kBlanks), text.size());
    double number = 0;
    const char* first = text.data() + (text[0] == '+' ? 1 : 0);
    const auto [stop, error] = std::from_chars(first, text.data() + end, number);
    if (error != std::errc() || stop != text.data() + end)
      throw Error(at_line(line) + "has '" + std::string(text.substr(0, std::min<std::size_t>(end, 40))) +
                  "' where a number is expected");
    numbers.push_back(number);
    text.remove_prefix(end);
  }
  return numbers;
}

void append(std::string& text, double number) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append(digits, end);
}

std::string joined(std::string_view key, const std::vector<double>& numbers) {
  std::string line(key);
  for (const double number : numbers) line += ' ', append(line, number);
  return line + '\n';
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text;
}

}  // namespace

bool is_itk_text(std::string_view text) { return text.starts_with(kFirstLine); }

TransformFile parse_itk_text(std::string_view text) {
  TransformFile file;
  bool has_parameters = false, has_fixed = false;
  const auto once = [](bool& has, std::size_t number, const char* what) {
    if (has) throw Error(at_line(number) + "is the second '" + what + "' of one transform");
    has = true;
  };
  if (!text.ends_with('\n')) throw Error("it ends within its last line, so it may be cut short; where it is whole, add a line end");
  const auto record = [&](std::size_t number) -> TransformRecord& {
    if (file.records.empty()) throw Error(at_line(number) + "has parameters before the first 'Transform:'");
    return file.records.back();
  };
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    if (line.starts_with(trimmed(kFrom))) file.from = trimmed(line.substr(trimmed(kFrom).size()));
    if (line.starts_with(trimmed(kTo))) file.to = trimmed(line.substr(trimmed(kTo).size()));
    if (line.empty() || line[0] == '#') return;
    const auto colon = line.find(':');
    const std::string_view key = line.substr(0, colon),
                           value = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1));
    if (key == "Transform") {
      file.records.push_back({std::string(value), {}, {}});
      has_parameters = has_fixed = false;
    } else if (key == "Parameters") {
      once(has_parameters, number, "Parameters:");
      record(number).parameters = numbers_of(value, number);
    } else if (key == "FixedParameters") {
      once(has_fixed, number, "FixedParameters:");
      record(number).fixed = numbers_of(value, number);
    }
    else throw Error(at_line(number) + "is none of 'Transform:', 'Parameters:' and 'FixedParameters:'");
  });
  return file;
}

std::string itk_text(const TransformFile& file) {
  std::string text = std::string(kFirstLine) + '\n';
  if (!file.from.empty()) text += std::string(kFrom) + one_line(file.from) + '\n';
  if (!file.to.empty()) text += std::string(kTo) + one_line(file.to) + '\n';
  for (std::size_t i = 0; i < file.records.size(); ++i) {
    const TransformRecord& record = file.records[i];
    text += "#Transform " + std::to_string(i) + "\nTransform: " + record.type + '\n';
    if (record.type.starts_with("CompositeTransform")) continue;
    text += joined("Parameters:", record.parameters) + joined("FixedParameters:", record.fixed);
  }
  return text;
}

Transform parse_ras_matrix(std::string_view text) {
  std::vector<std::vector<double>> rows;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    if (line.empty() || line[0] == '#') return;
    rows.push_back(numbers_of(line, number));
    if (rows.back().size() != 4)
      throw Error(at_line(number) + "has " + std::to_string(rows.back().size()) + " numbers, but a 4 x 4 matrix has 4 a line");
    for (const double value : rows.back())
      if (!std::isfinite(value)) throw Error(at_line(number) + "has a number that is not finite");
  });
  if (rows.size() != 4) throw Error("it has " + std::to_string(rows.size()) + " lines of numbers, but a 4 x 4 matrix has 4");
  if (rows[3] != std::vector<double>{0, 0, 0, 1}) throw Error("the last line of its matrix is not 0 0 0 1");
  std::array<double, 12> matrix;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column)
      matrix[4 * row + column] = rows[row][column] * ((row < 2) != (column < 2) ? -1 : 1);  // RAS to LPS
  require_invertible(matrix);
  return affine_transform(matrix);
}

std::string ras_matrix_text(const Transform& transform) {
  const std::array<double, 12> matrix = transform.matrix();
  std::string text;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      const double sign = (row < 2) != (column < 2) ? -1 : 1;
      append(text, matrix[4 * row + column] == 0 ? 0 : sign * matrix[4 * row + column]);
      text += column == 3 ? '\n' : ' ';
    }
  }
  return text + "0 0 0 1\n";
}

}  // namespace flowrun::registration
