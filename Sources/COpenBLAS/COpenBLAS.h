// The C interface of OpenBLAS: matrix products (cblas_sgemm) and the number of its threads.
#include <cblas.h>
