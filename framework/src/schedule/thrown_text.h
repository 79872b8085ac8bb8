#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowrun::schedule {

/// The sentence of a node, with its middle left out where it is longer than kLongestSentence: it goes to the terminal, to records
/// and pages, and to the next run's memory.
std::string cut_sentence(std::string_view sentence);
constexpr std::size_t kLongestSentence = 8192;  ///< bytes; a traceback fits

/// The sentence for whatever a node's code threw; call in a catch block. Never empty.
std::string thrown_text();

}  // namespace flowrun::schedule
