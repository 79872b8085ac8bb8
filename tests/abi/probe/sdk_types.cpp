// Compiled for its debug information only: every type of the SDK's headers, as a plugin sees them.
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/plugin.h"
#include "flowrun/sdk/transform.h"
