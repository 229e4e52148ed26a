#include "bench.h"
void case_bulk(void)
{
}
