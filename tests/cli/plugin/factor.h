#pragma once

/// By what linked.multiply multiplies.
float clitest_factor();
