#include "registry/content_hash.h"

#include <doctest/doctest.h>

using flowrun::registry::content_hash;
using flowrun::registry::hash_text;

// The values that the authors of FNV publish for these words.
TEST_CASE("content_hash: is FNV-1a of 64 bits") {
  CHECK(hash_text(content_hash("")) == "cbf29ce484222325");
  CHECK(hash_text(content_hash("a")) == "af63dc4c8601ec8c");
  CHECK(hash_text(content_hash("foobar")) == "85944171f73967e8");
}

TEST_CASE("content_hash: bytes above 127 count as themselves, whatever the sign of char") {
  CHECK(content_hash("\xff") == (0xcbf29ce484222325u ^ 0xffu) * 0x100000001b3u);
}

TEST_CASE("hash_text: keeps leading zeros") { CHECK(hash_text(0x2a) == "000000000000002a"); }
