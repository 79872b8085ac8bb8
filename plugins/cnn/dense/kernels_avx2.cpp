#define FLOWRUN_KERNELS avx2
#define FLOWRUN_KERNELS_NAME "AVX2"
#define FLOWRUN_VECTOR 8
#define FLOWRUN_REGISTERS 16
#include "kernels_body.h"
