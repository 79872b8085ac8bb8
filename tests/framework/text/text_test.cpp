#include "flowrun/host/text.h"

#include <doctest/doctest.h>

using namespace flowrun;

TEST_CASE("text: text that is UTF-8 is shown as it is") {
  for (const char* text : {"plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\xA7\xA0", "\xEF\xBF\xBD"})
    CHECK(printable(text) == text);
}

TEST_CASE("text: bytes that are not UTF-8 are shown by their numbers") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\xC3") == "\\xc3");                             // cut short
  CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");                    // a slash in two bytes
  CHECK(printable("\xE0\x80\x9B") == "\\xe0\\x80\\x9b");           // an escape in three
  CHECK(printable("\xF0\x80\x80\x9B") == "\\xf0\\x80\\x80\\x9b");  // and in four
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");           // half of a pair of UTF-16
  CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond Unicode
}

TEST_CASE("text: what moves the cursor or turns the writing direction is shown by its bytes") {
  CHECK(printable("\x1b[31m") == "\\x1b[31m");
  CHECK(printable("a\rb\x7f") == "a\\x0db\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\xc2\\x9b31m");
  CHECK(printable("\xE2\x80\xAE"
                  "gpj.exe") == "\\xe2\\x80\\xaegpj.exe");
  CHECK(printable("\xE2\x81\xA6") == "\\xe2\\x81\\xa6");
}

TEST_CASE("text: text from outside is one line, so that it forges none; where lines are marked as its own they stay") {
  CHECK(printable("reason\nflowrun: all is well\r\n") == "reason\\nflowrun: all is well\\x0d\\n");
  CHECK(printable_lines("two\nlines\x1b[2J") == "two\nlines\\x1b[2J");
  CHECK(printable(printable("a\nb\x1b\xff")) == printable("a\nb\x1b\xff"));
}
