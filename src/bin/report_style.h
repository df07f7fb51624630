/*-------------------------------------------------------------------------
 *
 * report_style.h
 *	  The style sheet of a report: light, dark, narrow, and on paper.
 *
 * Texts have a contrast of at least 4.5:1 with what is behind them, lines and
 * fields of charts that mean something 3:1 (t/162 holds axe-core against it).
 * A table that is wider than the page scrolls within its region; where the
 * screen is narrow, one of records becomes a list of them.  On paper nothing
 * scrolls, so there cells wrap: a column is wide enough for a word, and names
 * are broken at their punctuation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_REPORT_STYLE_H
#define AUD_BIN_REPORT_STYLE_H

/* clang-format off */
#define AUD_REPORT_STYLE \
":root{--bg:#fff;--fg:#1b1f24;--soft:#4a5460;--line:#c3cad2;--panel:#f3f5f7;" \
"--link:#0a4fa3;--good:#0b5d2a;--bad:#a3122a;" \
"--s0:#2166ac;--s1:#b35806;--s2:#5a7d1a;--s3:#7b3294;--s4:#b2182b;--s5:#8a6d00;" \
"--s6:#0f766e;--s7:#6b7280;" \
"--h0:#eceff2;--h1:#c9dcf0;--h2:#9dc1e4;--h3:#6aa0d4;--h4:#3f7dbf;--h5:#23599b;--h6:#0d3670}\n" \
"@media (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e8ebee;--soft:#b4bcc6;" \
"--line:#454d57;--panel:#1e2329;--link:#8fc1ff;--good:#7ddc9a;--bad:#ff9aa6;" \
"--s0:#6baed6;--s1:#fdae61;--s2:#a6d854;--s3:#c9a0dc;--s4:#fb8072;--s5:#e6cf5c;" \
"--s6:#5fd3c4;--s7:#a9b1bb;" \
"--h0:#252b32;--h1:#1f3c5c;--h2:#285583;--h3:#3573ad;--h4:#5594cf;--h5:#8abce8;--h6:#d3e8fb}}\n" \
"*{box-sizing:border-box}\n" \
"body{margin:0 auto;padding:0 1.2rem 3rem;max-width:84rem;background:var(--bg);" \
"color:var(--fg);font:16px/1.5 system-ui,sans-serif}\n" \
"h1{font-size:1.9rem;margin:1.2rem 0 .6rem}h2{font-size:1.3rem;margin:2.4rem 0 .4rem;" \
"border-bottom:1px solid var(--line);padding-bottom:.2rem}\n" \
"p{max-width:60rem}a{color:var(--link)}\n" \
".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;padding:.4rem .8rem;" \
"background:var(--bg);border:2px solid var(--link)}\n" \
":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n" \
".verdict{font-weight:700;font-size:1.1rem;padding:.6rem .9rem;border:2px solid;border-radius:.4rem;" \
"background:var(--panel)}.sound{color:var(--good)}.fault{color:var(--bad)}\n" \
"nav ol{columns:18rem;column-gap:2rem;padding-left:1.6rem;margin:1rem 0}nav li{break-inside:avoid;padding:.1rem 0}\n" \
".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:.2rem 2rem;" \
"max-width:60rem;margin:1rem 0}.facts div{display:flex;gap:.6rem}.facts dt{color:var(--soft);min-width:4.5rem}" \
".facts dd{margin:0}\n" \
".wide{overflow-x:auto;margin:.8rem 0}\n" \
"table{border-collapse:collapse;font-size:.875rem;min-width:24rem}\n" \
"caption{text-align:left;font-weight:600;padding:.2rem 0}\n" \
"th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);" \
"overflow-wrap:anywhere;min-width:6.5rem;max-width:22rem;unicode-bidi:isolate}\n" \
"thead th{background:var(--panel);font-weight:600;overflow-wrap:normal}tbody th{font-weight:400}\n" \
".l{min-width:14rem;max-width:28rem}.w{min-width:0;overflow-wrap:normal}" \
".n{text-align:right;font-variant-numeric:tabular-nums;min-width:3rem;overflow-wrap:normal}.z{color:var(--soft)}" \
".t{white-space:nowrap;font-variant-numeric:tabular-nums}\n" \
".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.7rem;margin:1rem 0}\n" \
".tiles div{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;" \
"padding:.6rem .8rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}\n" \
".tiles dt{color:var(--soft);font-size:.875rem}.tiles dd{margin:0;font-size:1.5rem;font-weight:600}\n" \
".chart{margin:.8rem 0;overflow-x:auto}.chart svg{display:block;width:100%;min-width:36rem;max-width:60rem}\n" \
"svg text{fill:var(--fg);font:11px system-ui,sans-serif}.axis{stroke:var(--line)}\n" \
".s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}" \
".s4{fill:var(--s4)}.s5{fill:var(--s5)}.s6{fill:var(--s6)}.s7{fill:var(--s7)}\n" \
".h0{fill:var(--h0)}.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}" \
".h4{fill:var(--h4)}.h5{fill:var(--h5)}.h6{fill:var(--h6)}\n" \
".how,.cut,.none{color:var(--soft);font-size:.875rem}code{font-family:ui-monospace,monospace;" \
"overflow-wrap:anywhere}\n" \
"footer{margin-top:3rem;border-top:1px solid var(--line)}.line{display:inline-block;width:14rem;" \
"border-bottom:1px solid var(--fg);margin-right:2rem}\n" \
"@media screen and (max-width:40rem){body{padding:0 .8rem 2rem}.facts{grid-template-columns:1fr}" \
".list,.list tbody,.list tr,.list caption{display:block;min-width:0}.list thead{position:absolute;left:-99rem}" \
".list tr{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.3rem .6rem;margin:.5rem 0}" \
".list th,.list td{display:grid;grid-template-columns:6.5rem 1fr;gap:.6rem;min-width:0;max-width:none;" \
"border:0;padding:.1rem 0;text-align:left;white-space:normal}.list td:empty{display:none}" \
".list [data-l]::before{content:attr(data-l);color:var(--soft)}}\n" \
"@page{size:A4;margin:14mm 12mm 16mm;@bottom-left{content:\"Audit report\";font:8pt sans-serif;color:#444}" \
"@bottom-right{content:counter(page) \" / \" counter(pages);font:8pt sans-serif;color:#444}}\n" \
"@media print{:root{--bg:#fff;--fg:#000;--soft:#333;--line:#999;--panel:#f3f5f7;--link:#000;" \
"--good:#0b5d2a;--bad:#a3122a;" \
"--s0:#2166ac;--s1:#b35806;--s2:#5a7d1a;--s3:#7b3294;--s4:#b2182b;--s5:#8a6d00;--s6:#0f766e;--s7:#6b7280;" \
"--h0:#eceff2;--h1:#c9dcf0;--h2:#9dc1e4;--h3:#6aa0d4;--h4:#3f7dbf;--h5:#23599b;--h6:#0d3670}" \
"body{max-width:none;padding:0;font-size:9.5pt;line-height:1.4;print-color-adjust:exact;-webkit-print-color-adjust:exact}" \
"h1{font-size:18pt;margin:0 0 3mm}h2{font-size:12.5pt;margin:7mm 0 1.5mm}p{margin:1.5mm 0}" \
".verdict{font-size:11pt}.how,.cut,.none{font-size:8pt}nav{font-size:9pt}nav ol{margin:3mm 0}nav a{text-decoration:none}" \
".facts{grid-template-columns:1fr 1fr;gap:.5mm 6mm;margin:3mm 0}" \
".tiles{grid-template-columns:repeat(5,1fr);gap:2mm;margin:2mm 0}.tiles div{padding:1.5mm 2mm}" \
".tiles dd{font-size:13pt}.tiles dt{font-size:8pt}" \
".skip{display:none}.wide,.chart{overflow:visible;margin:2mm 0}" \
".chart svg{min-width:0}table{font-size:7pt;line-height:1.35;min-width:0;width:100%}" \
"th,td{min-width:6.3em;max-width:none;padding:.8mm 1mm}.l{min-width:10em}.w{min-width:0}.n{min-width:0}" \
".t{white-space:normal;min-width:8.8em}" \
"h2,caption{break-after:avoid}thead,tbody tr:first-child{break-before:avoid}thead{break-after:avoid}h2+p{break-after:avoid;break-inside:avoid}.how,.cut{break-before:avoid}" \
"tr,.chart,.tiles,footer{break-inside:avoid}}\n"
/* clang-format on */

#endif /* AUD_BIN_REPORT_STYLE_H */
