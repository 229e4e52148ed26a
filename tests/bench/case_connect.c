#include "bench.h"
void case_connect(void)
{
}
