/* SPDX-License-Identifier: MIT */
/* The writers behind the table of reports that nobody else calls. */
#ifndef REPORTS_WRITERS_H
#define REPORTS_WRITERS_H

#include "reports/report.h"

void junit_write(struct buf *out, const struct results *r,
                 const struct report_options *o);
void html_write(struct buf *out, const struct results *r, const struct report_options *o);

#endif
