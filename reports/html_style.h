/* SPDX-License-Identifier: MIT */
/* The style sheet that the page carries with it, so that it needs no other file. */
#ifndef REPORTS_HTML_STYLE_H
#define REPORTS_HTML_STYLE_H

extern const char html_style[];

#endif
