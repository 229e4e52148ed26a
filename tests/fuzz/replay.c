/* replay PATH...: gives a fuzz target each file, and each file of each directory, as libFuzzer would. */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) < 0) {
        perror(path);
        return false;
    }
    size_t size = (size_t)status.st_size;
    uint8_t *data = malloc(size + 1);
    MUST(data != NULL);
    bool whole = fread(data, 1, size, file) == size;
    fclose(file);
    uint8_t *exact = malloc(size > 0 ? size : 1); /* so that AddressSanitizer sees a read behind it */
    MUST(exact != NULL);
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(data);
    return whole;
}

/* How many files, or -1. */
static int replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    if (directory == NULL) {
        perror(path);
        return -1;
    }
    for (struct dirent *entry; count >= 0 && (entry = readdir(directory)) != NULL;) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        count = replay_file(name) ? count + 1 : -1;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        bool directory = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        int count = directory ? replay_directory(argv[i]) : replay_file(argv[i]);
        if (count < 0 || (count == 0 && !directory))
            return EXIT_FAILURE;
        total += count;
    }
    printf("%d files\n", total);
    return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
