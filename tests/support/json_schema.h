#pragma once

#include <optional>
#include <string>
#include <vector>

namespace flowrun::testing {

/// What Python's jsonschema, an independent validator, says of each JSON text: "ok" or "wrong: ..."; nothing when this machine's
/// /usr/bin/python3 has no such module (Debian: python3-jsonschema). Throws Error when the schema itself is no draft-07 schema.
std::optional<std::vector<std::string>> schema_verdicts(const std::string& schema, const std::vector<std::string>& texts);

}  // namespace flowrun::testing
