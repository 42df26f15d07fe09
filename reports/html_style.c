/* SPDX-License-Identifier: MIT */
/* The style of the page: the system's own fonts, light or dark as the reader's system
 * is, and a word beside every colour. */
#include "reports/html_style.h"

/* clang-format off */
const char html_style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1c1e21;--soft:#5b6168;"
    "--line:#d8dce1;--panel:#f5f6f8;--pass:#1a7f37;--warn:#8a5b00;--fail:#b3141d;"
    "--inconclusive:#7a3ea8;--error:#a3127a}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#15181c;--text:#e4e6e9;"
    "--soft:#9aa2ab;--line:#343a41;--panel:#1e2227;--pass:#57c26f;--warn:#dba83c;"
    "--fail:#ff7b7f;--inconclusive:#c79bf0;--error:#f58bd0}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 4rem;background:var(--back);"
    "color:var(--text);font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .75rem}\n"
    "p{margin:.25rem 0}code,pre{font:.85rem/1.45 ui-monospace,monospace}\n"
    ".lead{font-size:1.1rem;font-weight:600}.lead::first-letter{text-transform:uppercase}"
    "mark{background:none;color:var(--fail);font-weight:600}.soft{color:var(--soft)}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse}\n"
    "th,td{padding:.2rem .75rem .2rem 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "thead th{color:var(--soft);font-weight:500}tfoot td,tfoot th{font-weight:600}\n"
    ".number{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".none{color:var(--soft)}\n"
    "details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;"
    "padding:0 .9rem}\n"
    "summary{cursor:pointer;padding:.5rem 0;overflow-wrap:anywhere}\n"
    "details[open]>summary{border-bottom:1px solid var(--line);margin-bottom:.5rem}\n"
    "dl{display:grid;grid-template-columns:6rem 1fr;gap:.15rem .75rem;margin:.5rem 0}\n"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
    "pre{background:var(--panel);border-radius:.4rem;padding:.75rem;overflow-x:auto}\n"
    "a{color:inherit}b.pass{color:var(--pass)}b.warn{color:var(--warn)}"
    "b.fail{color:var(--fail)}b.inconclusive{color:var(--inconclusive)}"
    "b.error{color:var(--error)}b.skip,b.unreached,b.expected{color:var(--soft)}\n"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}\n"
    "@media print{body{max-width:none}pre{white-space:pre-wrap}}\n";
/* clang-format on */
