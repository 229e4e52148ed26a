#include "fence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE ((size_t)8 << 20)

char *fence_room(int place, size_t size)
{
    static char *fences[2];
    if (fences[place] == NULL) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        char *memory = mmap(NULL, SIZE + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ck_assert_ptr_ne(memory, MAP_FAILED);
        ck_assert_int_eq(mprotect(memory + SIZE, page, PROT_NONE), 0);
        fences[place] = memory + SIZE;
    }
    if (size > SIZE)
        ck_abort_msg("%zu bytes are more than there are before the fence", size);
    char *room = fences[place] - size;
    memset(room, '#', size);
    return room;
}

char *fence_copy(int place, const char *data, size_t size)
{
    char *room = fence_room(place, size);
    if (size > 0)
        memcpy(room, data, size);
    return room;
}

int suite_run(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 60);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
