// The library below plugin/linked.cpp. Tests overwrite the factor in the built file, as if the library had been built again.
#include "factor.h"

static const volatile char kFactor[] = "FACTOR=2;";

float clitest_factor() { return static_cast<float>(kFactor[7] - '0'); }
