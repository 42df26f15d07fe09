/* SPDX-License-Identifier: MIT */
/* `ca SETTING` lines carried out: on the options of a CA that is to be made. */
#ifndef ENGINE_CA_SETUP_H
#define ENGINE_CA_SETUP_H

#include "mocks/ca.h"
#include "script/ca_settings.h"

/* The names in the setting are what they stand for already. */
bool ca_set_up(struct arena *a, const struct setting *setting, struct ca_options *out,
               struct err *err) MUST_CHECK;

#endif
