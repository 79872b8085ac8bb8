#pragma once

#include "flowrun/host/registry.h"
#include "registry/library_file.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// Describes a library in a process of its own (the program flowrun_manifest), because code of the library runs when it is
/// loaded, and may crash, hang or end the process. Throws Error with the reason: what describe_by_loading said there, or how that
/// process ended and what it printed. That process has no rights to write, to reach the network or to start others
/// (ChildSide::confine); where the system cannot take them away and they must be, nothing of the library runs.
///
/// An end of the process, unlike a reason that was said, is remembered in the user's cache, so that a bad plugin does not crash
/// anew at every start: until the file changes, for a day, or until `again`.
enum class Remembered { counts, again };
Manifest describe_apart(const std::filesystem::path& library, Remembered remembered, Confinement confinement = Confinement::required);

}  // namespace flowrun::registry
