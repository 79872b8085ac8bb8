#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/node_type.h"
#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {

/// Parameters from the text of a JSON object. Throws Error with every fault, each with its line and column.
NodeRunner::Values params_from_json(const NodeType& type, const std::string& text);

/// Parameters as the validator makes them: checked against their specs, defaults filled in. Of a name given twice the last
/// counts. Without `with_per_case`, what Node::open sees. Throws Error.
Params complete_params(const NodeType& type, const NodeRunner::Values& given, bool with_per_case);

/// "; did you mean 'x'?", else "; it has 'a' and 'b'", for a port or parameter that is not there.
std::string known_words(const std::string& word, const std::vector<std::string>& known);

}  // namespace flowrun::testing
