#pragma once

namespace flowrun {

/// Reads the command line and carries out its verb. Returns an ExitStatus; throws Error for what a person is to read.
int run_command_line(int argc, char** argv);

}  // namespace flowrun
