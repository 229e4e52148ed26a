/* Every suite; each stands in suite_NAME.c. */
#pragma once

#include "harness.h"

extern const struct suite suite_words;
extern const struct suite suite_verbs;
extern const struct suite suite_lists;
extern const struct suite suite_policy;
extern const struct suite suite_cat;
extern const struct suite suite_examples;
