#include "testing/text_style.h"

#include <algorithm>
#include <cctype>

namespace flowrun::testing {
namespace {

bool is(int (*kind)(int), char c) { return kind(static_cast<unsigned char>(c)) != 0; }

/// A full stop, then a capital: "of one. Then".
bool has_two_sentences(const std::string& text) {
  for (std::size_t at = text.find(". "); at != std::string::npos; at = text.find(". ", at + 1))
    if (at + 2 < text.size() && is(std::isupper, text[at + 2])) return true;
  return false;
}

}  // namespace

std::string sentence_fault(const std::string& text, std::size_t longest) {
  if (text.empty()) return "it is empty";
  if (text.find('\n') != std::string::npos) return "it has more than one line";
  if (is(std::isspace, text.front()) || is(std::isspace, text.back())) return "it begins or ends with a space";
  if (is(std::islower, text.front())) return "it begins with a small letter";
  if (text.back() == '.') return "it ends in a full stop";
  if (has_two_sentences(text)) return "it is more than one sentence";
  if (text.size() > longest) return "it is longer than " + std::to_string(longest) + " characters";
  return "";
}

std::string unit_fault(const std::string& unit) {
  if (unit.size() > 12) return "it is longer than 12 characters";
  if (unit.find_first_of(" ()[]{}.,\n\t") != std::string::npos) return "it has a space, a bracket or a stop";
  return "";
}

std::string error_fault(const std::string& text) {
  if (text.size() < 20) return "it is too short to say what was expected and found";
  if (std::count(text.begin(), text.end(), ' ') < 3) return "it is no sentence";
  if (text.find("\nTraceback (most recent call last):") != std::string::npos)
    return "it is an exception of Python that says nothing of the input; raise flowrun.plugin.Refused with a sentence";
  if (text.find('\n') != std::string::npos) return "it has more than one line";
  return "";
}

}  // namespace flowrun::testing
