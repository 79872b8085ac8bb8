#include "doubts.h"

#include <algorithm>

namespace flowrun::io {
namespace {

void add_once(std::vector<std::string>& all, const std::string& text) {
  if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
}

}  // namespace

void Doubts::add_unsaid(const std::string& what) { add_once(unsaid_, what); }

void Doubts::add(const std::string& sentence) { add_once(others_, sentence); }

std::string Doubts::sentence() const {
  std::string text;
  for (std::size_t i = 0; i < unsaid_.size(); ++i) text += (i == 0 ? "" : i + 1 == unsaid_.size() ? " and " : ", ") + unsaid_[i];
  if (!text.empty())
    text = "its " + title_ + " header does not say " + text + "; sizes in mm and the place in the world may be wrong";
  for (const std::string& other : others_) text += (text.empty() ? "" : "; ") + other;
  return text;
}

}  // namespace flowrun::io
