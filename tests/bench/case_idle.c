#include "bench.h"
void case_idle(void)
{
}
