#define FLOWRUN_KERNELS portable
#define FLOWRUN_KERNELS_NAME "portable"
#define FLOWRUN_VECTOR 4
#define FLOWRUN_REGISTERS 16
#include "kernels_body.h"
