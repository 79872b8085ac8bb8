// Helpers about values that the passes of this room share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun::checks {

/// A value as it stands inside a longer text: strings without quotes.
std::string text_of(const ParamValue& value);

/// "one of 'a', 'b'", or "'a'" for a single word.
std::string one_of(const std::vector<std::string>& words);

/// What a parameter takes, in words: "an integer", "3 numbers", "one of 'a', 'b'".
std::string wanted(const ParamSpec& spec);

/// A path that starts at `base` when it is relative; empty stays empty.
std::string joined(const std::filesystem::path& base, const std::string& path);

/// The name below the output folder that the case's data set has for a file which is written as `path`; empty: none.
std::string name_in_data_set(const ParamExpression& expression, const Case& one_case, const std::filesystem::path& path);

/// The value of one parameter for one case (null: none is known), checked against its spec; a path starts at its base.
ParamValue resolved(const ParamExpression& expression, const Case* one_case, const std::filesystem::path& out);

}  // namespace flowrun::checks
