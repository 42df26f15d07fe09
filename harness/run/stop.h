/* SPDX-License-Identifier: MIT */
/* Ctrl-C, SIGTERM and SIGHUP as a number that a run looks at, so that it ends in order.
 */
#ifndef RUN_STOP_H
#define RUN_STOP_H

/* The signal that came since stop_watch(), or 0. */
extern volatile int stop_asked;
/* From here on these signals only set stop_asked, which is 0 now; a SIGHUP that was
 * ignored before (nohup) stays so. */
void stop_watch(void);
/* In a process that was forked: they end it again. */
void stop_forget(void);
/* "was stopped by SIGTERM" */
const char *stop_words(int signal_number);

#endif
