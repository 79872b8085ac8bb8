#pragma once

#include "flowrun/host/child_process.h"

namespace flowrun::process {

/// Whether files may be opened to write or to be made; where Landlock guards them they may, for it knows which.
enum class OpenToWrite { allowed, refused };

/// From here on, and for good, this process can open no socket, start no process, send no signal to another, and change no file's
/// name, rights or owner: such system calls fail with EPERM. False where the system has no filter of calls (seccomp).
bool filter_calls(OpenToWrite open_to_write, Programs programs);

}  // namespace flowrun::process
