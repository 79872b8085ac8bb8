#pragma once

#include "flowrun/host/registry.h"
#include "registry/library_file.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// Describes a library in a process of its own (the program flowrun_manifest), because code of the library runs when it is
/// loaded, and may crash, hang or end the process. Throws Error with the reason: what describe_by_loading said there, or how that
/// process ended and what it printed. That process has no rights to write, to reach the network or to start others
/// (ChildSide::confine); where the system cannot take them away and they must be, nothing of the library runs.
Manifest describe_apart(const std::filesystem::path& library, Confinement confinement = Confinement::required);

}  // namespace flowrun::registry
