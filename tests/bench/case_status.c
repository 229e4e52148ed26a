#include "bench.h"
void case_status(void)
{
}
