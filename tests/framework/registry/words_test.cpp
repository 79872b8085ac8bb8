#include "registry/words.h"

#include <doctest/doctest.h>

using namespace flowrun::registry;

TEST_CASE("words: snake_case begins with a letter and has no capitals, dots or spaces") {
  for (const char* word : {"a", "add_two", "t1", "x_1_"}) CHECK_MESSAGE(is_snake_case(word), word);
  for (const char* word : {"", "1a", "_a", "A", "aB", "a b", "a.b", "a-b", "\xc3\xa4"})
    CHECK_FALSE_MESSAGE(is_snake_case(word), word);
}

TEST_CASE("words: a version is two or three numbers") {
  for (const char* text : {"1.0", "1.2.3", "10.20.30"}) CHECK_MESSAGE(is_version(text), text);
  for (const char* text : {"", "1", "1.", ".1", "1..2", "1.2.3.4", "1.2a", "v1.2", "1.-2"})
    CHECK_FALSE_MESSAGE(is_version(text), text);
}

TEST_CASE("words: a payload's name is owner.name/version") {
  for (const char* text : {"flowrun.volume/1", "my_lab.mesh_2/12"}) CHECK_MESSAGE(is_payload_name(text), text);
  for (const char* text :
       {"", "volume", "flowrun.volume", "flowrun/1", "flowrun.volume/", "flowrun.volume/a", ".volume/1", "a./1", "a/1.b"})
    CHECK_FALSE_MESSAGE(is_payload_name(text), text);
}
