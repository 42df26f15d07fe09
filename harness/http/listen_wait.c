/* SPDX-License-Identifier: MIT */
/* Requests that wait: suspended in libmicrohttpd, and resumed by one thread that sleeps
 * until the next of them is due.  A listener that never delays has no such thread. */
#include "base/clock.h"
#include "base/condition.h"
#include "http/listen_inside.h"

/* With the lock held. */
static void resume_first(struct listener *l)
{
    struct wait *first = l->waits;
    l->waits = first->next;
    MHD_resume_connection(first->connection);
}

/* With the lock held: sleeps until the first is due or the list changes. */
static void sleep_for_first(struct listener *l)
{
    if (!l->waits || l->waits->due_us == NEVER)
        pthread_cond_wait(&l->changed, &l->lock);
    else
        condition_wait(&l->changed, &l->lock, l->waits->due_us);
}

static void *run_timer(void *context)
{
    struct listener *l = context;
    pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        if (l->waits && l->waits->due_us <= clock_us())
            resume_first(l);
        else
            sleep_for_first(l);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* With the lock held. */
static void insert(struct listener *l, struct wait *wait)
{
    struct wait **at = &l->waits;
    while (*at && (*at)->due_us <= wait->due_us)
        at = &(*at)->next;
    wait->next = *at;
    *at = wait;
}

bool call_wait(struct call *call, int64_t due_us)
{
    struct listener *l = call->listener;
    pthread_mutex_lock(&l->lock);
    bool waits = !l->stopping;
    if (waits && due_us != NEVER && !l->has_timer)
        waits = l->has_timer = pthread_create(&l->timer, NULL, run_timer, l) == 0;
    if (waits) {
        call->wait = (struct wait){ NULL, due_us, call->connection };
        insert(l, &call->wait);
        MHD_suspend_connection(call->connection);
        pthread_cond_signal(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return waits;
}

void waits_end(struct listener *l)
{
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    while (l->waits)
        resume_first(l);
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    if (l->has_timer)
        pthread_join(l->timer, NULL);
    l->has_timer = false;
}
