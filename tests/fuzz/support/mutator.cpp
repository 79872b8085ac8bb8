#include "support/mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <fstream>
#include <utility>

namespace flowrun::fuzz {
namespace {

constexpr std::size_t kLongest = std::size_t{1} << 20;

constexpr std::array<std::uint64_t, 14> kNumbers{0,      1,      2,          0x7f,       0x80,       0xff,       0x7fff,
                                                 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 63, UINT64_MAX};

const std::vector<std::string> kTexts{
    "0",    "-1",  "1e308", "-0.0", "nan", "inf", "2147483648",           "9223372036854775807", "18446744073709551616",
    "1e-9", "999", "65536", "1.5",  "",    "0x1", "-9223372036854775808", "4294967297"};

}  // namespace

Mutator::Mutator(std::uint64_t seed, std::vector<std::string> inputs, std::vector<std::string> words)
    : state_(seed), inputs_(std::move(inputs)), words_(std::move(words)) {
  if (inputs_.empty()) inputs_.emplace_back();
}

/// SplitMix64 (Steele, Lea, Flood 2014).
std::size_t Mutator::below(std::size_t limit) {
  std::uint64_t x = state_ += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return limit == 0 ? 0 : static_cast<std::size_t>((x ^ (x >> 31)) % limit);
}

std::string Mutator::next() {
  std::string bytes = one_of(inputs_);
  const bool is_text = std::find(bytes.begin(), bytes.end(), '\0') == bytes.end();
  // A text's syntax survives when whole words change, so what lies behind the parser is reached too.
  const bool gently = is_text && below(4) != 0;
  for (std::size_t left = 1 + below(5); left > 0; --left) gently ? replace_word(bytes) : change(bytes);
  if (bytes.size() > kLongest) bytes.resize(kLongest);
  return bytes;
}

void Mutator::change(std::string& bytes) {
  switch (bytes.empty() ? 4 : below(9)) {
    case 0:
      bytes[below(bytes.size())] ^= static_cast<char>(1u << below(8));
      break;
    case 1:
      bytes[below(bytes.size())] = static_cast<char>(below(256));
      break;
    case 2:
      overwrite_number(bytes);
      break;
    case 3:
      replace_digits(bytes);
      break;
    case 4:
      if (!words_.empty()) bytes.insert(below(bytes.size() + 1), one_of(words_));
      else bytes.insert(below(bytes.size() + 1), 1 + below(8), static_cast<char>(below(256)));
      break;
    case 5:
      copy_part(bytes, one_of(inputs_));
      break;
    case 6:
      copy_part(bytes, std::string(bytes));
      break;
    case 7:
      cut(bytes);
      break;
    default:
      if (!words_.empty()) bytes.replace(below(bytes.size()), 1 + below(12), one_of(words_));
      else bytes.resize(1 + below(bytes.size()));
  }
}

/// 1, 2, 4 or 8 bytes become a number at the edge of something, in either byte order.
void Mutator::overwrite_number(std::string& bytes) {
  const std::size_t width = std::size_t{1} << below(4), at = below(bytes.size());
  const std::uint64_t number = kNumbers[below(kNumbers.size())] + below(3) - 1;
  const bool big_endian = below(2) == 1;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
    bytes[at + i] = static_cast<char>(number >> (8 * (big_endian ? width - 1 - i : i)));
}

/// A number written as text becomes another one.
void Mutator::replace_digits(std::string& bytes) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  auto begin = std::find_if(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), bytes.end(), digit);
  if (begin == bytes.end()) begin = std::find_if(bytes.begin(), bytes.end(), digit);
  const auto end = std::find_if_not(begin, bytes.end(), digit);
  if (begin != end) bytes.replace(begin, end, one_of(kTexts));
}

/// A word, or a text in quotes, becomes another one of the inputs, or a number.
void Mutator::replace_word(std::string& bytes) {
  const auto word_in = [&](const std::string& text) {
    const auto inside = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_.-+${}/:", c); };
    const bool any = std::any_of(text.begin(), text.end(), inside);
    std::size_t begin = below(text.size());
    while (any && !inside(text[begin])) begin = (begin + 1) % text.size();
    std::size_t end = begin;
    while (begin > 0 && inside(text[begin - 1])) --begin;
    while (end < text.size() && inside(text[end])) ++end;
    const bool quoted = begin > 0 && end < text.size() && text[begin - 1] == '"' && text[end] == '"' && below(2) == 0;
    return quoted ? std::pair(begin - 1, end + 1) : std::pair(begin, end);
  };
  const auto [begin, end] = word_in(bytes);
  const std::string& other = below(2) == 0 ? bytes : one_of(inputs_);
  if (below(4) == 0 || other.empty()) {
    bytes.replace(begin, end - begin, one_of(kTexts));
    return;
  }
  const auto [from, to] = word_in(other);
  bytes.replace(begin, end - begin, std::string(other, from, to - from));
}

void Mutator::copy_part(std::string& bytes, std::string_view from) {
  if (from.empty()) return;
  const std::size_t begin = below(from.size());
  const std::string_view part = from.substr(begin, 1 + below(std::min<std::size_t>(from.size() - begin, 256)));
  const std::size_t at = below(bytes.size());
  if (below(2) == 0) bytes.insert(at, part);
  else bytes.replace(at, std::min(part.size(), bytes.size() - at), part);
}

void Mutator::cut(std::string& bytes) {
  const std::size_t at = below(bytes.size());
  if (below(4) == 0) bytes.resize(at);
  else bytes.erase(at, 1 + below(std::min<std::size_t>(bytes.size() - at, 64)));
}

std::vector<std::string> read_dictionary(const std::string& file) {
  std::vector<std::string> words;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t open = line.find('"'), close = line.rfind('"');
    if (line.starts_with('#') || open == std::string::npos || close <= open) continue;
    std::string word;
    for (std::size_t i = open + 1; i < close; ++i) {
      if (line[i] != '\\') word += line[i];
      else if (line[++i] != 'x') word += line[i];
      else word += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16)), i += 2;
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace flowrun::fuzz
