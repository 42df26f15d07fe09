/* SPDX-License-Identifier: MIT */
/* Bare sockets on loopback for tests: a server that does to each connection what a
 * function says, and a client that sends bytes and reads what comes. */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "base/arena.h"

/* Runs on the server's thread, one connection at a time; the fd is closed afterwards.
 * request holds what the client sent first, as far as one look showed it. */
typedef void wire_act(int fd, str request, void *context);

struct wire;

/* Serves until the arena ends, which also cuts the connection that is being served. */
struct wire *wire_start(struct arena *a, wire_act *act, void *context);
int wire_port(const struct wire *w);
/* What the last client sent first, in its arena. */
str wire_seen(struct wire *w);

/* Sends a str in `context`, which outlives the server, and closes its side; then waits
 * for the client to close. */
void wire_say(int fd, str request, void *context);
/* The same, and ends with RST instead. */
void wire_say_and_reset(int fd, str request, void *context);
/* Says nothing until the client closes. */
void wire_be_silent(int fd, str request, void *context);
/* Sends the str in `context` again and again, as long as somebody takes it. */
void wire_repeat(int fd, str request, void *context);

/* ms, so many times longer as TEST_PATIENCE says (1): how long a test waits at most, for
 * sanitizers, valgrind and busy machines. */
int wire_patience(int ms);

bool wire_send(int fd, str bytes);
/* Sends a gzip file of so many bytes that unpacks to 158 times as many, all alike; it is
 * never ended. */
bool wire_send_bomb(int fd, size_t bytes);
/* A port of 127.0.0.1 that nobody had a moment ago. */
int wire_free_port(void);
/* A connection to that port of 127.0.0.1. */
int wire_connect(int port);
/* What comes until the other side closes, or within ms. */
str wire_read(struct arena *a, int fd, int ms);
/* Connects, sends, reads until close; ms is how long it may take. */
str wire_talk(struct arena *a, int port, str bytes, int ms);

#endif
