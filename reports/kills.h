/* SPDX-License-Identifier: MIT */
/* The kill matrix for people and for scripts: functions from run/matrix.h to text. */
#ifndef REPORTS_KILLS_H
#define REPORTS_KILLS_H

#include "base/buf.h"
#include "run/matrix.h"

/* What the whole matrix comes to. */
bool kills_good(const struct matrix *m);

/* A line for each bug with what caught it, then every fault below its heading, then the
 * totals; quiet: faults and totals alone. */
void kills_text(struct buf *out, const struct matrix *m, bool colour, bool quiet);
/* One object; its members are in reports/README.md. */
void kills_json(struct buf *out, const struct matrix *m, str version);
/* One page that stands alone. */
void kills_html(struct buf *out, const struct matrix *m, str version);

#endif
