#pragma once

#include <string>

namespace flowrun::checks {

/// Whether a text is a constraint: one or more of ">=1.0", ">1.0", "<2", "<=2.1", "=1.2.3" or "1.2.3", separated by commas.
bool is_constraint(const std::string& constraint);

/// Whether a version ("1.2.3"; missing numbers are 0) meets every part of a constraint.
bool version_fits(const std::string& version, const std::string& constraint);

}  // namespace flowrun::checks
