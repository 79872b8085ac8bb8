#define FLOWRUN_KERNELS avx512
#define FLOWRUN_KERNELS_NAME "AVX-512"
#define FLOWRUN_VECTOR 16
#define FLOWRUN_REGISTERS 32
#include "kernels_body.h"
