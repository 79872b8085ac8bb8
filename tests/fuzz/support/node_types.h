#pragma once

#include "flowrun/host/registry.h"

namespace flowrun::fuzz {

/// Node types "t.<name>" that have, between them, every kind of port, scope and parameter.
Registry registry_of_all_kinds();

}  // namespace flowrun::fuzz
