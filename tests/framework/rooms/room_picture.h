// The rooms as a picture: which includes which, for docs/architecture.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "include_rules.h"

namespace flowrun::testing {

/// Rooms of the framework ("schedule") and of the program ("flowrun/report"), each with the rooms that it includes. An include of
/// a host header is one of the room that implements it; those of the headers themselves, which share types, do not count. The sdk, which all include, is left out.
using Arrows = std::map<std::string, std::set<std::string>>;
Arrows arrows_of(const std::vector<Include>& includes);

/// The rooms of a way of arrows that ends where it began; empty: there is none.
std::vector<std::string> circle_in(const Arrows& arrows);

/// The picture as Mermaid text. Arrows that follow from others are left out: a room may include what the rooms below it include.
std::string mermaid_of(Arrows arrows);

}  // namespace flowrun::testing
