/* SPDX-License-Identifier: MIT */
/* Conditions (POSIX threads) whose timed waits go by the clock of base/clock.h, which
 * never jumps. */
#ifndef BASE_CONDITION_H
#define BASE_CONDITION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* To be ended by pthread_cond_destroy(). */
void condition_init(pthread_cond_t *condition);
/* Waits, with the lock held, for a signal or until clock_us() says so much; it may wake
 * without a reason.  false: the time is over. */
bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us);

#endif
