#include "bench.h"
void case_start(void)
{
}
