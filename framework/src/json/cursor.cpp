#include "json/cursor.h"

#include <cstring>

namespace flowrun::json {
namespace {

bool is_any(char c, const char* set) { return c != '\0' && std::strchr(set, c) != nullptr; }

}  // namespace

Cursor::Cursor(const std::string& text) : text_(&text) {
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) at_ = 3;  // a byte order mark takes no column
}

void Cursor::step() {
  const auto byte = static_cast<unsigned char>((*text_)[at_++]);
  if (byte == '\n') {
    ++spot_.line;
    spot_.column = 1;
  } else if ((byte & 0xC0) != 0x80) {  // a continuation byte of UTF-8 belongs to the character before
    ++spot_.column;
  }
}

Cursor::Spot Cursor::to_token() {
  while (at_ < text_->size() && is_any((*text_)[at_], " \t\r\n,:")) step();
  return spot_;
}

Cursor::Spot Cursor::to_visible() {
  while (at_ < text_->size() && is_any((*text_)[at_], " \t\r\n")) step();
  return spot_;
}

void Cursor::over_token() {
  if (at_ >= text_->size()) return;
  if (is_any((*text_)[at_], "{}[],:")) return step();
  if ((*text_)[at_] != '"') {
    while (at_ < text_->size() && !is_any((*text_)[at_], " \t\r\n,:{}[]\"")) step();
    return;
  }
  step();
  while (at_ < text_->size() && (*text_)[at_] != '"') {
    if ((*text_)[at_] == '\\') step();
    if (at_ < text_->size()) step();
  }
  if (at_ < text_->size()) step();
}

Cursor::Spot Cursor::to_offset(std::size_t offset) {
  while (at_ < offset && at_ < text_->size()) step();
  return spot_;
}

}  // namespace flowrun::json
