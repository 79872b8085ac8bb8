#include "schedule/thrown_text.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <typeinfo>

namespace flowrun::schedule {
namespace {

/// The name of what is thrown in the catch block that calls this, as its author writes it; "" when it is not known.
std::string thrown_type() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (!type) return "";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return name && status == 0 ? name.get() : type->name();
}

std::string without_reason() {
  const std::string type = thrown_type();
  return "the node threw " + (type.empty() ? "something" : "a " + type) +
         " without a reason; the plugin's author must correct this";
}

}  // namespace

std::string cut_sentence(std::string_view sentence) {
  if (sentence.size() <= kLongestSentence) return std::string(sentence);
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(sentence[at]) & 0xc0) == 0x80; };  // of UTF-8
  std::size_t begin = kLongestSentence / 2, end = sentence.size() - kLongestSentence / 2;
  while (begin > 0 && continues(begin)) --begin;
  while (end < sentence.size() && continues(end)) ++end;
  return std::string(sentence.substr(0, begin)) + " ... (" + std::to_string(end - begin) + " more bytes) ... " +
         std::string(sentence.substr(end));
}

std::string thrown_text() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "there is not enough memory; run fewer cases or chunks at a time, or give the process more";
  } catch (const std::exception& error) {
    const char* const what = error.what();
    const std::string text = what ? what : "";
    return text.find_first_not_of(" \t\r\n") == std::string::npos ? without_reason() : text;
  } catch (...) {
    const std::string type = thrown_type();
    return "the node threw something that is not a std::exception" + (type.empty() ? "" : " (" + type + ")") +
           ", so its reason is unknown; the plugin's author must correct this";
  }
}

}  // namespace flowrun::schedule
