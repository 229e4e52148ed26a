#include "bench.h"
void case_latency(void)
{
}
