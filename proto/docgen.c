/* docgen WHAT: prints one derived text. */
#include "docgen.h"

#include <string.h>

static const struct {
    const char *name;
    void (*print)(FILE *out);
} outputs[] = {
    {"header", docgen_header},   {"stubs", docgen_stubs},         {"layout", docgen_layout},       {"symbols", docgen_symbols},
    {"openrpc", docgen_openrpc}, {"openrpc-c", docgen_openrpc_c}, {"reference", docgen_reference},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof outputs / sizeof *outputs; i++) {
        if (strcmp(argv[1], outputs[i].name) == 0) {
            outputs[i].print(stdout);
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
        }
    }
    fputs("usage: docgen header|stubs|layout|symbols|openrpc|openrpc-c|reference\n", stderr);
    return 2;
}
