/*-------------------------------------------------------------------------
 *
 * chart.h
 *	  Two kinds of charts as inline SVG: stacked columns, and a heat map.
 *
 * A chart has no colours of its own, only classes (s0 to s7 for series, h0 to
 * h6 for heat), so that the style of the page decides, for light, dark and
 * paper.  It has a title and a description for those who do not see it; the
 * numbers themselves belong into a table beside it.
 *
 * Core layer: no postgres.h, no I/O, no global state, no memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MARKUP_CHART_H
#define AUD_CORE_MARKUP_CHART_H

#include "core/markup/markup.h"

#define AUD_CHART_SERIES 8

/* values[row * n_columns + column]; texts are escaped here. */
typedef struct AudChart
{
	const char        *id; /* letters and digits; ours */
	const char        *title;
	const char        *text; /* what it shows, in a sentence */
	const char *const *rows;
	size_t             n_rows;
	const char *const *columns;
	size_t             n_columns;
	const uint64_t    *values;
} AudChart;

/* A column on the page for each row, its columns stacked: at most 8 of them. */
extern void aud_chart_stack(const AudMarkup *m, const AudChart *chart);

/* A field for each value, darker the higher it is. */
extern void aud_chart_heat(const AudMarkup *m, const AudChart *chart);

/* The highest mark of an axis that has to reach max: 1, 2 or 5 times 10^n. */
extern uint64_t aud_chart_ceiling(uint64_t max);

/* The heat of a value, 0 to 6: 0 is none at all, 6 the highest. */
extern int aud_chart_step(uint64_t value, uint64_t max);

#endif /* AUD_CORE_MARKUP_CHART_H */
