#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flowrun::testing {

/// One line of a type: a member at its offset, a virtual function in its slot of the vtable, or an enumerator with its value.
struct AbiPart {
  std::int64_t place = 0;  ///< bytes, slot or value
  std::string name;        ///< of a virtual function with its arguments
  std::string type;        ///< of a member; what a virtual function returns; empty for an enumerator
  bool operator==(const AbiPart&) const = default;
};

struct AbiType {
  std::int64_t size = 0;  ///< bytes
  std::vector<AbiPart> members, virtuals, values;
  std::string payload;  ///< of a payload type: its name and version, "flowrun.volume/1"
  bool operator==(const AbiType&) const = default;
};

/// What plugins and hosts that were built apart must agree on: the layout of every type in the SDK's headers.
struct AbiDescription {
  int major = 0;
  int minor = 0;
  std::map<std::string, AbiType> types;  ///< by name
};

/// The description of the headers as they are now: from the debug information of an object file, as `readelf --debug-dump=info`
/// shows it. `abi` numbers and payload names are of this build. Throws std::runtime_error when the program cannot be run or finds
/// nothing.
AbiDescription described_headers(const std::string& readelf, const std::filesystem::path& object);

/// As the checked-in file holds it, and back. Throws std::runtime_error with the line that it does not understand.
std::string to_text(const AbiDescription& description);
AbiDescription parse_abi(const std::string& text);

}  // namespace flowrun::testing
