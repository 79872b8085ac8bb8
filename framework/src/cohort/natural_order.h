#pragma once

#include <string_view>

namespace flowrun {

/// Whether a comes before b as people count: p2 before p10. Names that count alike (p2, p02) are ordered by their characters, so
/// the order is the same always.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace flowrun
