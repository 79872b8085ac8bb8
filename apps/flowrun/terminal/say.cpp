#include "terminal/say.h"

#include <fmt/format.h>

#include <cstdio>

#include "flowrun/host/text.h"

namespace flowrun {

std::string word_of(Weight weight) { return weight == Weight::error ? "error: " : weight == Weight::warning ? "warning: " : ""; }

void say_sentence(Weight weight, const std::string& sentence) {
  fmt::print(stderr, "flowrun: {}{}\n", word_of(weight), printable(sentence));
}

}  // namespace flowrun
