/* A method call through dbus-broker: a broker of our own, a service that answers, and we who ask, both through sd-bus. */
#pragma once

#include "child.h"
#include "race.h"

struct dbus {
    struct child broker, service;
    const char *missing; /* why there is none, or NULL */
    char directory[64];
    char socket[96];
    struct sd_bus *controller, *caller;
};

void dbus_start(struct dbus *dbus);
void dbus_stop(struct dbus *dbus);

/* Makes calls one after the other; for a contender. context: a struct dbus. */
struct cost dbus_call(void *context, long count);
