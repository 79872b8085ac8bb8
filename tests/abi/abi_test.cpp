#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "abi_changes.h"

namespace {

using namespace flowrun::testing;

constexpr const char* kRenew = "cmake --build build/release --target flowrun_renew_abi";

std::string checked_in_text() {
  std::ostringstream text;
  text << std::ifstream(FLOWRUN_ABI_DESCRIPTION).rdbuf();
  return text.str();
}

const AbiDescription& headers() {
  static const AbiDescription kNow = described_headers(FLOWRUN_READELF, FLOWRUN_SDK_TYPES);
  return kNow;
}

/// The description with one line changed, as if the headers had been; what is said of it without its first line.
std::string verdict_after(const std::string& from, const std::string& to, int major = 1, int minor = 0) {
  std::string text =
      "abi 1 0\n"
      "type 8 flowrun::Context\n  virtual 2 params() const : int\n  virtual 3 warn(int) : void\n"
      "type 8 flowrun::Node\n  virtual 2 open(int) : void\n  virtual 3 process(int) : void\n"
      "type 32 flowrun::Params\n  member 0 name : std::string\n"
      "type 4 flowrun::Word\n  value 0 run\n  value 1 per_case\n"
      "type 16 flowrun_plugin_abi\n  member 0 size : uint32_t\n"
      "type 16 flowrun::Volume\n  payload 0 flowrun.volume/1\n  member 8 size : long int\n";
  const AbiDescription before = parse_abi(text);
  REQUIRE(text.find(from) != std::string::npos);
  AbiDescription now = parse_abi(text.replace(text.find(from), from.size(), to));
  now.major = major, now.minor = minor;
  CHECK(to_text(parse_abi(to_text(now))) == to_text(now));
  const std::string verdict = verdict_on(before, now, "RENEW");
  return verdict.substr(verdict.find('\n') + 1);
}

const std::string kHowTo =
    " Undo the change, or set FLOWRUN_ABI_MAJOR and FLOWRUN_ABI_MINOR in framework/include/flowrun/sdk/abi.h, and then renew the "
    "description: RENEW";
const std::string kNeedsMajor =
    "The headers say ABI 1.0, but this needs 2.0: plugins built before can no longer be used." + kHowTo;
const std::string kNeedsMinor = "The headers say ABI 1.0, but this needs 1.1: plugins built before can still be used." + kHowTo;

}  // namespace

TEST_CASE("abi: the SDK's headers are laid out as framework/abi/plugin_abi.txt says, or the ABI number has changed with them") {
  const std::string verdict = verdict_on(parse_abi(checked_in_text()), headers(), kRenew);
  CHECK_MESSAGE(verdict.empty(), verdict);
}

TEST_CASE("abi: the description holds what plugins and hosts meet in") {
  CHECK(checked_in_text() == to_text(parse_abi(checked_in_text())));
  const auto& types = headers().types;
  for (const char* name : {"Node",   "Firing", "Context",   "OpenContext", "Payload", "Params", "Geometry",   "ImageFacts", "Volume",
                           "Mask",   "Labels", "VoxelList", "PatchBatch",  "Scores",  "Table",  "Transform", "Number",     "Error"})
    CHECK_MESSAGE(types.count(std::string("flowrun::") + name) == 1, name);
  for (const char* name : {"NodeType", "InputPort", "OutputPort", "ParamSpec"})
    CHECK_MESSAGE(types.count(std::string("flowrun::") + name) == 0, name);  // they cross as text
  CHECK(types.at("flowrun_plugin_abi").members.size() == 13);
  CHECK(types.at("flowrun::Context").virtuals.size() == 17);
  CHECK(types.at("flowrun::Node").virtuals.at(1) == AbiPart{3, "process(flowrun::Context&)", "void"});
  CHECK(types.at("flowrun::Volume").payload == "flowrun.volume/1");
}

TEST_CASE("abi: virtual functions that change places need a major number, and the slots are named") {
  CHECK(verdict_after("virtual 2 params() const : int\n  virtual 3 warn(int) : void",
                      "virtual 2 warn(int) : void\n  virtual 3 params() const : int") ==
        "  flowrun::Context: slot 2 of the vtable was 'params() const' (int) and is 'warn(int)' (void) [major]\n"
        "  flowrun::Context: slot 3 of the vtable was 'warn(int)' (void) and is 'params() const' (int) [major]\n" +
            kNeedsMajor);
}

TEST_CASE("abi: a virtual function added anywhere needs a major number: plugins and hosts of every minor number meet") {
  CHECK(verdict_after("warn(int) : void", "warn(int) : void\n  virtual 4 span() : void") ==
        "  flowrun::Context: new virtual function 'span()' (void) in slot 4 [major]\n" + kNeedsMajor);
  CHECK(verdict_after("process(int) : void", "process(int) : void\n  virtual 4 close() : void") ==
        "  flowrun::Node: new virtual function 'close()' (void) in slot 4 [major]\n" + kNeedsMajor);
}

TEST_CASE("abi: the exported struct may grow at its end, since it says its size") {
  const std::string abi = "type 16 flowrun_plugin_abi\n  member 0 size : uint32_t\n";
  CHECK(verdict_after(abi, "type 24 flowrun_plugin_abi\n  member 0 size : uint32_t\n  member 16 more : void*\n") ==
        "  flowrun_plugin_abi: new member 'more' (void*) at offset 16 [minor]\n" + kNeedsMinor);
  CHECK(verdict_after(abi, "type 16 flowrun_plugin_abi\n  member 0 size : uint32_t\n  member 8 more : void*\n") ==
        "  flowrun_plugin_abi: new member 'more' (void*) at offset 8 [major]\n" + kNeedsMajor);
}

TEST_CASE("abi: a new member, a moved one and one of another type need a major number, another name a minor one") {
  CHECK(verdict_after("type 32 flowrun::Params\n", "type 56 flowrun::Params\n  member 32 tags : std::vector<int>\n") ==
        "  flowrun::Params: new member 'tags' (std::vector<int>) at offset 32 [major]\n"
        "  flowrun::Params: its size was 32 bytes and is 56 [major]\n" +
            kNeedsMajor);
  CHECK(verdict_after("member 0 name", "member 8 name").find("member 'name' moved from offset 0 to 8 [major]") !=
        std::string::npos);
  CHECK(verdict_after("name : std::string", "name : char*").find("member 'name' was a std::string and is a char* [major]") !=
        std::string::npos);
  CHECK(verdict_after("0 name :", "0 title :") ==
        "  flowrun::Params: member 'name' has another name at the same place [minor]\n" + kNeedsMinor);
  CHECK(verdict_after("  member 0 name : std::string\n", "") ==
        "  flowrun::Params: member 'name' (std::string) is gone [major]\n" + kNeedsMajor);
}

TEST_CASE("abi: a changed enumerator needs a major number, a new one a minor") {
  CHECK(verdict_after("value 1 per_case", "value 2 per_case") ==
        "  flowrun::Word: value 'per_case' was 1 and is 2 [major]\n" + kNeedsMajor);
  CHECK(verdict_after("value 1 per_case", "value 1 per_case\n  value 2 chunk") ==
        "  flowrun::Word: new value 'chunk' (2) [minor]\n" + kNeedsMinor);
}

TEST_CASE("abi: a payload's layout may change with its name, else it needs a major number") {
  CHECK(verdict_after("member 8 size : long int", "member 8 size : int") ==
        "  flowrun::Volume: member 'size' was a long int and is a int [major]\n" + kNeedsMajor);
  CHECK(verdict_after("volume/1\n  member 8 size : long int", "volume/2\n  member 8 size : int").find(kNeedsMinor) !=
        std::string::npos);
}

TEST_CASE("abi: a number that was raised is told to renew the description, and must have been raised enough") {
  const std::string added = "process(int) : void\n  virtual 4 close() : void";
  CHECK(verdict_after("process(int) : void", added, 2, 0)
            .ends_with("The headers say ABI 2.0, which covers this; renew the description: RENEW"));
  CHECK(verdict_after("process(int) : void", added, 1, 1).find("but this needs 2.0") != std::string::npos);
  CHECK(verdict_after("abi 1 0", "abi 1 0", 1, 1) ==
        "The headers say ABI 1.1, the description 1.0, and no layout changed. Keep the old number, or renew the description: "
        "RENEW");
}

TEST_CASE("abi: a description that was edited into nonsense is refused with the line") {
  CHECK_THROWS_WITH(parse_abi("abi 1 1\nmember 0 x : int\n"),
                    "the ABI description has a line that means nothing: member 0 x : int");
}
