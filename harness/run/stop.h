/* SPDX-License-Identifier: MIT */
/* Ctrl-C and SIGTERM as a number that a run looks at, so that it ends in order. */
#ifndef RUN_STOP_H
#define RUN_STOP_H

/* The signal that came since stop_watch(), or 0. */
extern volatile int stop_asked;
/* From here on the two signals only set stop_asked, which is 0 now. */
void stop_watch(void);

#endif
