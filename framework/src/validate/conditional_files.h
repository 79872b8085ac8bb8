// Files that a graph needs only in some cases: those of nodes with conditions.
#pragma once

#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun::checks {

/// What is wrong with a file that is read and whose name is known: "the file 'a.pt' does not exist". Empty: nothing, or no name.
std::string missing_file(const ParamExpression& param);

/// Whether a parameter names a file to be read that does not depend on the case.
bool names_file(const ParamExpression& param);

/// "t2 is given and thickness.number is above 2.5".
std::string conditions_text(const std::vector<Condition>& conditions);

/// Reports the files that are missing and that some of the cases need. They are no faults where no case runs the node.
void check_conditional_files(const ValidatedGraph& graph, const std::vector<Case>& cases, Diagnostics& faults);

/// The same as warnings, for a graph without cases.
void warn_of_conditional_files(const ValidatedGraph& graph, Diagnostics& faults);

}  // namespace flowrun::checks
