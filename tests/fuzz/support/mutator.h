#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::fuzz {

/// Changes inputs in the ways that readers stumble over. The same seed gives the same inputs on every machine.
class Mutator {
 public:
  Mutator(std::uint64_t seed, std::vector<std::string> inputs, std::vector<std::string> words);

  /// One of the inputs, changed in one to five places.
  std::string next();

 private:
  std::size_t below(std::size_t limit);  ///< 0 when the limit is 0
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  void change(std::string& bytes);
  void overwrite_number(std::string& bytes);
  void replace_digits(std::string& bytes);
  void replace_word(std::string& bytes);
  void copy_part(std::string& bytes, std::string_view from);
  void cut(std::string& bytes);

  std::uint64_t state_;
  std::vector<std::string> inputs_;
  std::vector<std::string> words_;
};

/// The words of a dictionary as libFuzzer and AFL++ have it: lines `name="text"` with \xNN, \\ and \" inside.
std::vector<std::string> read_dictionary(const std::string& file);

}  // namespace flowrun::fuzz
