#include "testing/text_style.h"

#include <doctest/doctest.h>

using namespace flowrun::testing;

TEST_CASE("text_style: a good sentence has no fault, a bad one says which") {
  CHECK(sentence_fault("Voxels above a threshold (e.g. 0.5), in mm", 100) == "");
  CHECK(sentence_fault("3D patches around voxels", 100) == "");
  CHECK(sentence_fault("", 100) == "it is empty");
  CHECK(sentence_fault("Two\nlines", 100) == "it has more than one line");
  CHECK(sentence_fault("Ends with a space ", 100) == "it begins or ends with a space");
  CHECK(sentence_fault("small", 100) == "it begins with a small letter");
  CHECK(sentence_fault("A stop.", 100) == "it ends in a full stop");
  CHECK(sentence_fault("One. Two", 100) == "it is more than one sentence");
  CHECK(sentence_fault("Long", 3) == "it is longer than 3 characters");
}

TEST_CASE("text_style: a unit is one short word") {
  for (const char* unit : {"", "mm", "mm3", "sd", "%", "voxels", "mm/s"}) CHECK_MESSAGE(unit_fault(unit) == "", unit);
  for (const char* unit : {"in mm", "[mm]", "mm.", "millimetres per second"}) CHECK_MESSAGE(unit_fault(unit) != "", unit);
}

TEST_CASE("text_style: an error is a sentence on one line") {
  CHECK(error_fault("'a.pt' does not exist; give the path of a model") == "");
  CHECK(error_fault("bad file") != "");
  CHECK(error_fault("std::runtime_error::what_is_this") != "");
  CHECK(error_fault("the model is missing\n#0 0x1234 in frame") != "");
}
